/** What is known of these keys so far, in their order and not in that in which it came: what is told of it stands still. */
export const inOrder = <T>(keys: readonly string[], known: ReadonlyMap<string, T>): Map<string, T> =>
  new Map(keys.flatMap((key) => (known.has(key) ? [[key, known.get(key) as T] as const] : [])))
