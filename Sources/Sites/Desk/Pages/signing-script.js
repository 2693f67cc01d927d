"use strict";
(() => {
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const scheme = { name: "ECDSA", hash: "SHA-256" };
  // A digest of a PIN would let others try all PINs.
  const notSigned = new Set(["csrf", "nonce", "signing-key", "signature", "pin"]);

  const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
  const octets = (text) => new TextEncoder().encode(text);
  const digest = async (bytes) => hex(await crypto.subtle.digest("SHA-256", bytes));

  const settled = (asked) => new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

  const keys = async (mode) => {
    const opening = indexedDB.open("guandu-signing", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
    return (await settled(opening)).transaction("keys", mode).objectStore("keys");
  };

  const held = async (fingerprint) => settled((await keys("readonly")).get(fingerprint));

  const firstHeld = async (fingerprints) => {
    for (const fingerprint of fingerprints) {
      const key = await held(fingerprint);
      if (key) return { fingerprint, key };
    }
    return null;
  };

  // What the desk makes of a written text, so that what is signed is what is kept.
  const clean = (text) => text
    .replace(/\r\n|[\r\u0085\u2028\u2029\u000B\u000C]/g, "\n")
    .replace(/[\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C\uFEFF]/g, "")
    .replace(/(?![\n\t])\p{Cc}/gu, "")
    .normalize("NFC")
    .replace(/^[\p{Zs}\n\t]+|[\p{Zs}\n\t]+$/gu, "");

  const statement = async (form) => {
    const fields = new Map();
    for (const [name, value] of new FormData(form)) {
      if (!notSigned.has(name) && !fields.has(name)) fields.set(name, value);
    }
    let text = form.dataset.statement;
    for (const name of [...fields.keys()].sort()) {
      text += `field ${name} ${await digest(octets(fields.get(name).replace(/\r\n/g, "\n")))}\n`;
    }
    return octets(text);
  };

  const sign = async (form, fingerprint, key) => {
    for (const area of form.querySelectorAll("textarea")) area.value = clean(area.value);
    const signature = await crypto.subtle.sign(scheme, key, await statement(form));
    form.elements["signing-key"].value = fingerprint;
    form.elements["signature"].value = base64(signature);
  };

  const enrol = async (form) => {
    const pair = await crypto.subtle.generateKey(curve, false, ["sign", "verify"]);
    const spki = await crypto.subtle.exportKey("spki", pair.publicKey);
    const fingerprint = await digest(spki);
    await settled((await keys("readwrite")).put(pair.privateKey, fingerprint));
    form.elements["key"].value = base64(spki);
    await sign(form, fingerprint, pair.privateKey);
  };

  // The form is sent in any case: without a signature where something stood in its way.
  const before = (form, prepare) => {
    let isUnderWay = false;
    form.addEventListener("submit", (event) => {
      // A button that leads elsewhere does nothing that is signed.
      if (event.submitter && event.submitter.hasAttribute("formaction")) return;
      event.preventDefault();
      if (isUnderWay) return;
      isUnderWay = true;
      prepare().catch(() => {}).finally(() => form.submit());
    });
    addEventListener("pageshow", () => { isUnderWay = false; });
  };

  for (const form of document.querySelectorAll("form[data-keys]")) {
    const fingerprints = form.dataset.keys.split(" ");
    before(form, async () => {
      const found = await firstHeld(fingerprints);
      if (found) await sign(form, found.fingerprint, found.key);
    });
    firstHeld(fingerprints).then((found) => {
      const hint = form.querySelector("[data-signs]");
      if (found && hint) hint.hidden = false;
    }).catch(() => {});
  }
  for (const form of document.querySelectorAll("form[data-enrol]")) {
    if (!window.isSecureContext || !window.indexedDB) continue;
    before(form, () => enrol(form));
    form.hidden = false;
    document.querySelector("[data-no-script]").hidden = true;
  }
  for (const mark of document.querySelectorAll("[data-key]")) {
    held(mark.dataset.key).then((key) => { mark.hidden = !key; }).catch(() => {});
  }
})();
