// Requests to this console's own server, with the token against forged forms.
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/** POST JSON, give back the answer's JSON. Throws on any status but 2xx. */
export async function postJson(url, data, signal) {
  const answer = await fetch(url, {
    method: "POST",
    credentials: "same-origin",
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      "X-CSRFToken": csrfToken(),
    },
    body: JSON.stringify(data),
    signal,
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.json();
}

/** POST a form, give back the <body> of the fragment that answers. Throws likewise. */
export async function postForHtml(url, form, signal) {
  const answer = await fetch(url, {
    method: "POST",
    credentials: "same-origin",
    headers: { "X-CSRFToken": csrfToken(), "HX-Request": "true" },
    body: form,
    signal,
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html").body;
}

/** GET a fragment, give back its <body>. Throws on any status but 2xx. */
export async function getFragment(url, signal) {
  const answer = await fetch(url, { credentials: "same-origin", headers: { "HX-Request": "true" }, signal });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html").body;
}

export async function getJson(url, signal) {
  const answer = await fetch(url, {
    credentials: "same-origin",
    headers: { Accept: "application/json" },
    signal,
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.json();
}
