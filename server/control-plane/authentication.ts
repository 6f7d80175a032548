import { identityHeadersOf, isStandardIdentity, type IsIdentityHeader } from '../machinery/identity-headers.ts'
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { BootstrapTokens } from '../authn/bootstrap-token.ts'
import { readAuthenticationConfiguration } from '../authn/configuration.ts'
import { authenticatorOf } from '../authn/methods.ts'
import { AuthenticationMetrics } from '../authn/metrics.ts'
import { ServiceAccountTokens } from '../authn/service-account.ts'
import type { AccountLookup } from '../authn/service-account-bound.ts'
import { WebhookTokens } from '../authn/webhook.ts'
import { readKubeconfigContext } from '../webhook/kubeconfig-context.ts'
import type { Log } from '../machinery/log.ts'
import type { Clock } from '../machinery/clock.ts'
import { closedGates } from '../options/features.ts'
import type { Options } from '../options/parse.ts'
import { reviewWebhook } from '../webhook/review.ts'
import type { TokenExpiration } from '../registry/core/serviceaccounts/token.ts'
import type { AuthenticationLookups } from './lookups.ts'
import { scheme } from '../scheme/index.ts'
import type { RequestHeaderOptions } from '../authn/request-header.ts'
import type { ClientAuthorities } from './client-authorities.ts'
import type { AuthenticationFile } from './configuration-reload.ts'
import type { Authentication } from './options.ts'

export interface AuthenticationDependencies {
  readonly clock: Clock
  readonly log: Log
  /** PEM of the key that signs when no other is named. */
  readonly signingKey: string
  readonly authorities: ClientAuthorities
}

/** Of one call of a webhook that a kubeconfig names. */
const WEBHOOK_TIMEOUT_MS = 30_000
const PEM_KEYS = /-----BEGIN ((?:[A-Z]+ )?(?:PUBLIC|PRIVATE) KEY|CERTIFICATE)-----[^]*?-----END \1-----/g

/** How clients log in, as the options say. @throws Error of one sentence for a file that is none of its kind */
export function authenticationOf(o: Options, d: AuthenticationDependencies): (lookups: AuthenticationLookups) => Authentication {
  const { tokenAuthFile, enableBootstrapTokenAuth, requestHeaderClientCaFile } = o.authentication
  return ({ accounts, secrets }) => {
    const metrics = new AuthenticationMetrics(d.clock)
    const serviceAccountTokens = accountTokens(o, d, accounts, metrics)
    const { audiences } = serviceAccountTokens
    const tokenWebhook = tokenWebhookOf(o, d, audiences, metrics)
    const authenticator = authenticatorOf({
      ...{ tokenAuthFile, audiences, anonymous: anonymousOf(o), serviceAccounts: serviceAccountTokens },
      ...(enableBootstrapTokenAuth ? { bootstrapTokens: new BootstrapTokens(d.clock, secrets) } : {}),
      ...(tokenWebhook === undefined ? {} : { tokenWebhook }),
      // Without proxies, TLS has judged: connections do not outlive the authorities that they were made under.
      ...(requestHeaderClientCaFile === ''
        ? {}
        : { clientRoots: () => d.authorities.clientRoots(), frontProxy: frontProxyOf(o, d.authorities) }),
      ignoresCertificateUid: closedGates(o.features).has('AllowParsingUserUIDFromCertAuth'),
      certificateShown: (notAfter) => metrics.certificateShown(notAfter),
    })
    return { authenticator, serviceAccountTokens, metrics }
  }
}

/** The headers in which somebody may say who asks, here. Without front proxies only the usual ones mean anything to anybody. */
export const frontProxyHeadersOf = ({ authentication: a }: Pick<Options, 'authentication'>): IsIdentityHeader =>
  a.requestHeaderClientCaFile === ''
    ? isStandardIdentity
    : identityHeadersOf(
        [...a.requestHeaderUsernameHeaders, ...a.requestHeaderUidHeaders, ...a.requestHeaderGroupHeaders],
        a.requestHeaderExtraHeadersPrefix,
      )

/** Who may say in headers who asks. */
function frontProxyOf({ authentication: a }: Options, authorities: ClientAuthorities): RequestHeaderOptions {
  return {
    roots: () => authorities.proxyRoots(),
    allowedNames: a.requestHeaderAllowedNames,
    usernameHeaders: a.requestHeaderUsernameHeaders,
    uidHeaders: a.requestHeaderUidHeaders,
    groupHeaders: a.requestHeaderGroupHeaders,
    extraHeaderPrefixes: a.requestHeaderExtraHeadersPrefix,
  }
}

/** The file that says how clients log in. What it said of anonymous requests at the start it must go on saying. */
export function authenticationFileOf({ authentication: { configFile: path } }: Options): { authenticationFile?: AuthenticationFile } {
  if (path === '') return {}
  const { anonymous } = readAuthenticationConfiguration(path)
  const check = (): void => {
    if (isDeepStrictEqual(readAuthenticationConfiguration(path).anonymous, anonymous)) return
    throw new Error('anonymous: Forbidden: changed from initial configuration file')
  }
  return { authenticationFile: { path, check } }
}

function accountTokens(
  { credentials }: Options,
  d: AuthenticationDependencies,
  lookup: AccountLookup,
  observer: AuthenticationMetrics,
): ServiceAccountTokens {
  const { serviceAccountSigningKeyFile: file, serviceAccountKeyFiles, serviceAccountIssuers: issuers, apiAudiences } = credentials
  const signingKey = file === '' ? d.signingKey : readFileSync(file, 'utf8')
  // One file may hold several keys, public and private, and certificates.
  const verificationKeys = serviceAccountKeyFiles.flatMap((f) => readFileSync(f, 'utf8').match(PEM_KEYS) ?? [])
  const audiences = apiAudiences.length === 0 ? {} : { audiences: apiAudiences }
  return new ServiceAccountTokens({ signingKey, verificationKeys, issuers, clock: d.clock, lookup, observer, ...audiences })
}

export function tokenExpirationOf({ credentials }: Options): TokenExpiration {
  const { serviceAccountMaxTokenExpirationMs: max, serviceAccountExtendTokenExpiration } = credentials
  return { ...(max === 0 ? {} : { maxSeconds: Math.floor(max / 1000) }), extends: serviceAccountExtendTokenExpiration }
}

/** Who shows nothing is let in: nowhere, everywhere, or on some paths. */
function anonymousOf({ authentication: { configFile, anonymousAuth }, authorization }: Options): boolean | readonly string[] {
  const told = configFile === '' ? undefined : readAuthenticationConfiguration(configFile).anonymous
  if (told !== undefined) return told.enabled && (told.paths.length === 0 || told.paths)
  // As the reference has it: with that mode everybody could do everything.
  return anonymousAuth && (authorization.configFile !== '' || !authorization.authorizationMode.includes('AlwaysAllow'))
}

function tokenWebhookOf(
  { authentication: a }: Options,
  { clock, log }: AuthenticationDependencies,
  audiences: readonly string[],
  observer: AuthenticationMetrics,
): WebhookTokens | undefined {
  if (a.tokenWebhookConfigFile === '') return undefined
  const ask = reviewWebhook(readKubeconfigContext(a.tokenWebhookConfigFile), { clock, timeoutMs: WEBHOOK_TIMEOUT_MS, types: scheme })
  const version = a.tokenWebhookVersion === 'v1' ? 'v1' : 'v1beta1'
  return new WebhookTokens({
    ...{ ask, version, audiences, clock, ttlMs: a.tokenWebhookCacheTtlMs, observer },
    onError: (error) => log.warn({ error }, 'the webhook of tokens could not be asked'),
  })
}
