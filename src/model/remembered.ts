/** The work, done when it is first asked for and never again. */
export function once<T>(work: () => T): () => T {
  let done: { readonly value: T } | undefined;
  return () => {
    done ??= { value: work() };
    return done.value;
  };
}

/** The work, done once for each object that it is about, and kept for as long as the object is in use. */
export function remembered<Key extends object, T>(work: (key: Key) => T): (key: Key) => T {
  const done = new WeakMap<Key, { readonly value: T }>();
  return (key) => {
    let known = done.get(key);
    if (known === undefined) {
      known = { value: work(key) };
      done.set(key, known);
    }
    return known.value;
  };
}
