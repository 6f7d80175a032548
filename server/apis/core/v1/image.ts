// The grammar of image references (the distribution project's reference.ParseNormalizedNamed), as far as the tag is concerned.
const DOMAIN =
  '(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?'
const PATH = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const NAME = `(?:${DOMAIN}/)?${PATH}(?:/${PATH})*`
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}'
const reference = new RegExp(`^(?:${NAME})(?::([\\w][\\w.-]{0,127}))?(?:@(${DIGEST}))?$`)
const bareIdentifier = /^[a-f0-9]{64}$/

const tags = new Map<string, string>()

/** The tag an image is pulled by: '' for one pinned by digest or malformed, `latest` when none is given. */
export function imageTag(image: string): string {
  let tag = tags.get(image)
  if (tag === undefined) {
    tag = parse(image)
    if (tags.size >= 1024) tags.clear()
    tags.set(image, tag)
  }
  return tag
}

function parse(image: string): string {
  if (bareIdentifier.test(image)) return ''
  const m = reference.exec(image)
  if (m === null) return ''
  return m[1] ?? (m[2] === undefined ? 'latest' : '')
}

/** imagePullPolicy when none is given. */
export const defaultPullPolicy = (image: string | undefined): string => (imageTag(image ?? '') === 'latest' ? 'Always' : 'IfNotPresent')
