// Brings what the login kept in this browser; without it the server says what can be done.
import { takeFromPlatform, takeFromTab } from "./storage.js";

const form = document.getElementById("ticket");
const { binding, key } = form.dataset;

form.elements.kept.value = binding === "platform" ? await takeFromPlatform(form.dataset, key) : takeFromTab(key);
form.submit();
