// Between the JSON of the server and what browsers' authenticators take and give.

function toBytes(text) {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(plain), (one) => one.charCodeAt(0));
}

function toText(buffer) {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const withIds = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

/** Ask for a new key; gives its credential as JSON. */
export async function createKey(options, signal) {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: withIds(options.excludeCredentials),
  };
  const made = await navigator.credentials.create({ publicKey, signal });
  return asJson(made, {
    attestationObject: toText(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
}

/** Ask for a proof to have one of the keys; gives its credential as JSON. */
export async function useKey(options, signal) {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: withIds(options.allowCredentials),
  };
  const made = await navigator.credentials.get({ publicKey, signal });
  const { authenticatorData, signature, userHandle } = made.response;
  return asJson(made, {
    authenticatorData: toText(authenticatorData),
    signature: toText(signature),
    ...(userHandle?.byteLength ? { userHandle: toText(userHandle) } : {}),
  });
}

function asJson(made, response) {
  return {
    id: made.id,
    rawId: toText(made.rawId),
    type: made.type,
    authenticatorAttachment: made.authenticatorAttachment,
    response: { ...response, clientDataJSON: toText(made.response.clientDataJSON) },
  };
}
