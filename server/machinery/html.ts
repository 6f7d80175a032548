const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }

/** As Go's html.EscapeString. */
export const escapeHtml = (s: string): string => s.replace(/[&<>"']/g, (c) => ENTITIES[c]!)

/** The same but for quotation marks, as apiserver's refusals have it (`handlers/responsewriters/errors.go`). */
export const escapeMarkup = (s: string): string => s.replace(/[&<>]/g, (c) => ENTITIES[c]!)
