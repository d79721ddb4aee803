// What is not acknowledged waits here: one IndexedDB per attempt, each change encrypted with the attempt's AES-GCM key,
// which the server keeps and gives out anew to each window. Keyed by [epoch, slot]: of a slot only the newest is kept.
const NAME = (attempt) => `lc-attempt-${attempt}`;

const asked = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
const done = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve();
  transaction.onabort = transaction.onerror = () => reject(transaction.error);
});
const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
const bound = (attempt, { epoch, slot, seq }) => new TextEncoder().encode(`${attempt}:${epoch}:${slot}:${seq}`);

function openDatabase(attempt) {
  const request = indexedDB.open(NAME(attempt), 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("changes", { keyPath: ["epoch", "slot"] });
    request.result.createObjectStore("facts");
  };
  return asked(request);
}

export class Store {
  #attempt;
  #database = null;
  #key = null;
  #last = Promise.resolve();
  #unsafe = new Map(); // slot → seq of what is in memory alone

  static async open(attempt) {
    const store = new Store();
    store.#attempt = attempt;
    try {
      store.#database = await openDatabase(attempt);
      store.#database.onversionchange = () => store.#database.close();
    } catch {
      // No storage here (a private window, a full disk): memory must do, and `usable` tells the page so.
    }
    return store;
  }

  get usable() { return this.#database !== null; }

  // How many changes a crash would lose now.
  get unsafe() { return this.#unsafe.size; }

  async unlock(base64) {
    this.#key = await crypto.subtle.importKey("raw", bytes(base64), "AES-GCM", false, ["encrypt", "decrypt"]);
  }

  // Writes go one after the other, so an older change never lands on a newer one.
  #queue(work) {
    const next = this.#last.then(work, work);
    this.#last = next.catch(() => {});
    return next;
  }

  put(epoch, change) {
    this.#unsafe.set(change.slot, change.seq);
    return this.#queue(async () => {
      if (!this.#database || !this.#key || epoch === null) return false;
      const entry = { epoch, slot: change.slot, seq: change.seq, iv: crypto.getRandomValues(new Uint8Array(12)) };
      const plain = new TextEncoder().encode(
        JSON.stringify({ value: change.value, flagged: change.flagged, client_at: change.client_at }),
      );
      const additionalData = bound(this.#attempt, entry);
      entry.data = await crypto.subtle.encrypt({ name: "AES-GCM", iv: entry.iv, additionalData }, this.#key, plain);
      const transaction = this.#database.transaction(["changes", "facts"], "readwrite", { durability: "strict" });
      transaction.objectStore("changes").put(entry);
      transaction.objectStore("facts").put(change.seq, "seq");
      await done(transaction);
      if (this.#unsafe.get(change.slot) === change.seq) this.#unsafe.delete(change.slot);
      return true;
    }).catch(() => false);
  }

  // Forget a change and what came before it in the same epoch and slot.
  remove(epoch, slot, seq) {
    if ((this.#unsafe.get(slot) ?? Infinity) <= seq) this.#unsafe.delete(slot);
    return this.#queue(async () => {
      if (!this.#database) return;
      const transaction = this.#database.transaction("changes", "readwrite");
      const changes = transaction.objectStore("changes");
      const finished = done(transaction);
      const held = await asked(changes.get([epoch, slot]));
      if (held && held.seq <= seq) changes.delete([epoch, slot]);
      await finished;
    }).catch(() => {});
  }

  // All that waits, in the order in which it was made: [{epoch, slot, seq, value, flagged, client_at}].
  leftovers() {
    return this.#queue(async () => {
      if (!this.#database || !this.#key) return [];
      const entries = await asked(this.#database.transaction("changes").objectStore("changes").getAll());
      const found = [];
      for (const entry of entries) {
        const additionalData = bound(this.#attempt, entry);
        try {
          const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: entry.iv, additionalData }, this.#key, entry.data);
          const { epoch, slot, seq } = entry;
          found.push({ epoch, slot, seq, ...JSON.parse(new TextDecoder().decode(plain)) });
        } catch {
          // Not written by this attempt's key: left alone.
        }
      }
      return found.sort((a, b) => a.epoch - b.epoch || a.seq - b.seq);
    }).catch(() => []);
  }

  fact(name) {
    return this.#queue(() => (this.#database
      ? asked(this.#database.transaction("facts").objectStore("facts").get(name)) : undefined)).catch(() => undefined);
  }

  keep(name, value) {
    return this.#queue(async () => {
      if (!this.#database) return;
      const transaction = this.#database.transaction("facts", "readwrite");
      transaction.objectStore("facts").put(value, name);
      await done(transaction);
    }).catch(() => {});
  }

  // Only after the server has acknowledged all.
  wipe() {
    this.#unsafe.clear();
    return this.#queue(async () => {
      this.#database?.close();
      this.#database = null;
      await asked(indexedDB.deleteDatabase(NAME(this.#attempt)));
    }).catch(() => {});
  }
}

// A trial for the start page: can this browser keep something encrypted? Throws where it cannot.
export async function tryStore() {
  const store = await Store.open("trial");
  if (!store.usable) throw new Error("no storage");
  const key = crypto.getRandomValues(new Uint8Array(32));
  await store.unlock(btoa(String.fromCharCode(...key)));
  const kept = await store.put(0, { slot: 1, seq: 1, value: "trial", flagged: false, client_at: null });
  const back = await store.leftovers();
  await store.wipe();
  if (!kept || back[0]?.value !== "trial") throw new Error("not kept");
}
