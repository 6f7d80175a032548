/** Several errors as one text (apimachinery `util/errors`, Aggregate): each once, in brackets when there is more than one. */
export function errorText(errors: readonly string[]): string {
  const texts = [...new Set(errors)]
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`
}
