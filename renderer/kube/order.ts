/** Names and kinds in the order of English, whatever the reader's language: they are ASCII, and lists are to look alike everywhere. */
export const byName: (a: string, b: string) => number = new Intl.Collator('en').compare
