// What every page may use; each part looks for its own attributes and does nothing where there are none.
import { offerCopies } from "./copy.js";
import { guardForms } from "./guard.js";
import { listenForKeys } from "./keys.js";

offerCopies(document);
guardForms(document);
listenForKeys(document);
document.querySelector("[data-focus]")?.focus();
