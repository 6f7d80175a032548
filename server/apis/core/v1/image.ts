// The grammar of image references (the distribution project's reference.ParseNormalizedNamed), as far as the tag is concerned.
const DOMAIN =
  '(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?'
const PATH = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const NAME = `(?:${DOMAIN}/)?${PATH}(?:/${PATH})*`
const DIGEST = '(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})'
const reference = new RegExp(`^(${NAME})(?::([\\w][\\w.-]{0,127}))?(?:@(${DIGEST}))?$`)
const bareIdentifier = /^[a-f0-9]{64}$/

/** A path has at most 255 characters, a tag 128, a digest 136, and no registry's name is longer than the rest. */
const MAX_LENGTH = 1_024
const MAX_PATH = 255

const tags = new Map<string, string>()
const REMEMBERED = 1_024
const REMEMBERED_LENGTH = 256

/** The tag an image is pulled by: '' for one pinned by digest or malformed, `latest` when none is given. */
export function imageTag(image: string): string {
  let tag = tags.get(image)
  if (tag === undefined) {
    tag = parse(image)
    if (image.length > REMEMBERED_LENGTH) return tag
    if (tags.size >= REMEMBERED) tags.clear()
    tags.set(image, tag)
  }
  return tag
}

function parse(image: string): string {
  if (image.length > MAX_LENGTH || bareIdentifier.test(image)) return ''
  const m = reference.exec(image)
  if (m === null || pathLength(m[1]!) > MAX_PATH) return ''
  return m[2] ?? (m[3] === undefined ? 'latest' : '')
}

/** Of a name without its registry. Images of Docker Hub without a folder stand in `library/`. */
function pathLength(name: string): number {
  const slash = name.indexOf('/')
  const domain = slash < 0 ? '' : name.slice(0, slash)
  const hasDomain = domain === 'localhost' || /[.:A-Z]/.test(domain)
  const path = hasDomain ? name.slice(slash + 1) : name
  const onHub = !hasDomain || domain === 'docker.io' || domain === 'index.docker.io'
  return (onHub && !path.includes('/') ? 'library/'.length : 0) + path.length
}

/** imagePullPolicy when none is given. */
export const defaultPullPolicy = (image: string | undefined): string => (imageTag(image ?? '') === 'latest' ? 'Always' : 'IfNotPresent')
