/** A namespace filter names none (all of them), one, or several with commas between: `shop,web`. */
export const namespacesOf = (filter: string): string[] => [...new Set(filter.split(',').filter(Boolean))]

/** The filter of these namespaces, in one order whatever the order in which they were chosen. */
export const namespaceFilter = (names: readonly string[]): string => [...new Set(names)].sort().join(',')

/** Where something new goes, or is looked at by itself: the first of several; '' for all. */
export const firstNamespace = (filter: string): string => namespacesOf(filter)[0] ?? ''
