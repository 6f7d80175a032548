/** What a table has under a name that came from outside: `constructor` and `__proto__` are not in it unless somebody put them there. */
export const ownValue = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined
