import { goQuote } from '../../../machinery/go-quote.ts'
import {
  defaultTokenRequest,
  isBoundToWebhooks,
  validateTokenRequest,
  type TokenRequestSpec,
} from '../../../apis/authentication/v1/token-request.ts'
import { ownValue } from '../../../machinery/own.ts'
import type { ServiceAccountTokens } from '../../../authn/service-account.ts'
import type { TokenClaims } from '../../../authn/service-account-claims.ts'
import { serviceAccountUser } from '../../../authn/service-account-claims.ts'
import { formatTime } from '../../../machinery/clock.ts'
import { invalid, invalidObject } from '../../../machinery/field-errors.ts'
import { badRequest, conflict } from '../../../machinery/status.ts'
import { parseApiVersion, type KubeObject, type ObjectMeta } from '../../../machinery/types.ts'
import { ensureNamespace } from '../../generic/metadata.ts'
import type { Subresource, SubresourceRequest } from '../../generic/resource.ts'
import type { Store } from '../../generic/store.ts'

/** serviceaccounts/token (core/serviceaccount/storage/token.go, authentication/validation). */
const HOUR = 3600
/** What kubelets ask for: such tokens live on for a year, since old clients never read them again. */
const KUBELET_SECONDS = HOUR + 7
const EXTENDED_SECONDS = 365 * 24 * HOUR

const BINDABLE: Readonly<Record<string, 'pods' | 'secrets' | 'nodes'>> = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' }

export interface TokenExpiration {
  /** How long tokens are good at most; default: as long as is asked for. */
  readonly maxSeconds?: number
  /** False: what kubelets ask for gets no longer life than others. */
  readonly extends?: boolean
}

export interface TokenDependencies {
  /** Undefined when the server has no key to sign with. */
  tokens: ServiceAccountTokens | undefined
  tokenExpiration?: TokenExpiration | undefined
  store(resource: string): Store
  /** A UID in the request's metadata that is another account's is warned of, and stays (TokenRequestServiceAccountUIDValidation is off). */
  ignoresUid: boolean
}

export function tokenSubresource(deps: TokenDependencies): Subresource {
  return {
    form: 'object',
    body: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
    validates: true,
    default: defaultTokenRequest,
    create: (req, body) => requestToken(deps, req, body),
  }
}

async function requestToken(
  deps: TokenDependencies,
  req: SubresourceRequest,
  body: KubeObject,
): Promise<{ object: KubeObject; status: number }> {
  const { tokens } = deps
  if (tokens === undefined) throw badRequest('this server has no key to sign service account tokens with')
  body.metadata ??= {}
  checkName(body.metadata, req)
  const account = (await req.served.store.get(req.namespace, req.name)).object()
  const shownUid = checkedUid(body.metadata, req, account.metadata.uid ?? '', deps.ignoresUid)
  ensureNamespace(body, req.namespace, true)
  const spec = body.spec as TokenRequestSpec
  const own = !spec.audiences?.length
  if (own) spec.audiences = [...tokens.audiences]
  validateTokenRequest(spec)
  const { name, uid } = account.metadata as { name: string; uid: string }
  const metadata = { name, ...body.metadata, uid: shownUid, creationTimestamp: formatTime(req.context.clock.now()) }
  await req.validate?.({ ...body, metadata })
  const bound = await boundObjects(deps, req, spec)
  const { maxSeconds = Infinity, extends: extending = true } = deps.tokenExpiration ?? {}
  if (spec.expirationSeconds > maxSeconds) {
    req.context.warn(`requested expiration of ${spec.expirationSeconds} seconds shortened to ${maxSeconds} seconds`)
    spec.expirationSeconds = maxSeconds
  }
  const asked = spec.expirationSeconds
  const extended =
    extending && asked === KUBELET_SECONDS && bound.pod !== undefined && (own || spec.audiences!.every((a) => tokens.audiences.includes(a)))
  const now = req.context.clock.now()
  const claims: Pick<TokenClaims, 'sub' | 'aud' | 'kubernetes.io'> = {
    sub: serviceAccountUser(req.namespace, name),
    aud: spec.audiences!,
    'kubernetes.io': {
      namespace: req.namespace,
      serviceaccount: { name, uid },
      ...bound,
      ...(extended ? { warnafter: Math.floor(now / 1000) + asked } : {}),
    },
  }
  const { token } = tokens.issue(claims, extended ? EXTENDED_SECONDS : asked)
  const object: KubeObject = {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: Object.assign({ name }, body.metadata, { name, namespace: req.namespace, uid: shownUid, creationTimestamp: formatTime(now) }),
    spec,
    status: { token, expirationTimestamp: formatTime((Math.floor(now / 1000) + asked) * 1000) },
  }
  return { object, status: 201 }
}

const GROUP_KIND = { group: 'authentication.k8s.io', kind: 'TokenRequest' }

/** The body names the account that is asked, or none. */
function checkName(metadata: ObjectMeta, req: SubresourceRequest): void {
  for (const field of ['name', 'namespace'] as const) {
    const { [field]: value = '' } = metadata
    if (value === '' || value === req[field]) continue
    throw invalidObject(GROUP_KIND, req.name, [invalid(`metadata.${field}`, value, `must match the service account ${field} if specified`)])
  }
}

/** The UID that the answer has. */
function checkedUid({ uid = '' }: ObjectMeta, req: SubresourceRequest, own: string, ignores: boolean): string {
  if (uid === '' || uid === own) return own
  const why = `the UID in the token request (${uid}) does not match the UID of the service account (${own})`
  if (ignores) {
    req.context.warn(`${why} but TokenRequestServiceAccountUIDValidation is not enabled. In the future, this will return a conflict error`)
    return uid
  }
  throw conflict({ group: GROUP_KIND.group, resource: GROUP_KIND.kind }, req.name, why)
}

async function boundObjects(
  deps: TokenDependencies,
  req: SubresourceRequest,
  { boundObjectRef: ref }: TokenRequestSpec,
): Promise<Pick<TokenClaims['kubernetes.io'], 'pod' | 'secret' | 'node'>> {
  if (ref === undefined || ref === null) return {}
  const gv = parseApiVersion(ref.apiVersion ?? '')
  const type = `${gv?.group ?? ''}/${gv?.version ?? ''}, Kind=${ref.kind ?? ''}`
  // An alpha gate, which there is not here.
  const closed = isBoundToWebhooks({ boundObjectRef: ref }) ? ' (feature gate APIServerWebhookAuthenticationToken is disabled)' : ''
  // In whatever version, as upstream.
  const resource = (gv?.group ?? '') === '' ? ownValue(BINDABLE, ref.kind ?? '') : undefined
  if (resource === undefined) throw badRequest(`cannot bind token to object of type ${type}${closed}`)
  const name = ref.name ?? ''
  if (name === '') throw badRequest('Name parameter required.')
  const found = (await deps.store(resource).get(resource === 'nodes' ? '' : req.namespace, name)).object()
  const uid = found.metadata.uid!
  const pod = (resource === 'pods' ? found.spec : {}) as { serviceAccountName?: string; nodeName?: string }
  if (resource === 'pods' && pod.serviceAccountName !== req.name) {
    throw badRequest(`cannot bind token for serviceaccount ${goQuote(req.name)} to pod running with different serviceaccount name.`)
  }
  if (ref.uid && ref.uid !== uid) {
    const why = `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`
    throw conflict({ group: '', resource: ref.kind! }, name, why)
  }
  if (resource === 'secrets') return { secret: { name, uid } }
  if (resource === 'nodes') return { node: { name, uid } }
  if (!pod.nodeName) return { pod: { name, uid } }
  // A node that is not there is named all the same.
  const node = (await deps.store('nodes').find('', pod.nodeName))?.object().metadata.uid
  return { pod: { name, uid }, node: { name: pod.nodeName, ...(node === undefined ? {} : { uid: node }) } }
}
