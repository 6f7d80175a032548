import { type Certificate, readCertificates, validity } from '../../kube/certificate.ts'
import type { LabelSelector } from '../../kube/label-selector.ts'
import type { Condition, KubeObject, StatusWord } from '../../kube/types.ts'
import { viewOf } from '../generic/view.ts'
import { none } from '../printed.ts'
import type { MatchConstraints, Rule } from './matches.ts'

export interface Webhook {
  name: string
  clientConfig?: { url?: string; service?: { namespace: string; name: string; path?: string; port?: number }; caBundle?: string }
  rules?: Rule[]
  failurePolicy?: string
  matchPolicy?: string
  sideEffects?: string
  timeoutSeconds?: number
  reinvocationPolicy?: string
  namespaceSelector?: LabelSelector
  objectSelector?: LabelSelector
  matchConditions?: { name: string; expression: string }[]
}

export interface WebhookConfiguration extends KubeObject {
  webhooks?: Webhook[]
}

export interface Policy extends KubeObject {
  spec?: {
    failurePolicy?: string
    paramKind?: { apiVersion: string; kind: string }
    matchConstraints?: MatchConstraints
    matchConditions?: { name: string; expression: string }[]
    variables?: { name: string; expression: string }[]
    validations?: { expression: string; message?: string; messageExpression?: string; reason?: string }[]
    mutations?: { patchType: string; applyConfiguration?: { expression: string }; jsonPatch?: { expression: string } }[]
  }
  status?: {
    observedGeneration?: number
    conditions?: Condition[]
    typeChecking?: { expressionWarnings?: { fieldRef: string; warning: string }[] }
  }
}

export interface Binding extends KubeObject {
  spec?: {
    policyName?: string
    validationActions?: string[]
    paramRef?: { name?: string; namespace?: string; parameterNotFoundAction?: string; selector?: object }
    matchResources?: MatchConstraints
  }
}

const closed: StatusWord = { text: 'FailClosed', tone: 'ok' }
const open: StatusWord = { text: 'FailOpen', tone: 'muted' }

/** The authority of a webhook that is valid for longest: while there is one, calls can succeed. What cannot be read is not known to be past. */
export function authorityOf({ clientConfig }: Webhook): Certificate | undefined {
  try {
    return readCertificates(atob(clientConfig?.caBundle ?? '')).sort((a, b) => b.notAfter - a.notAfter)[0]
  } catch {
    return undefined
  }
}

/** What can be seen to be wrong without a call; else what becomes of requests when a webhook does not answer. */
export function webhooksStatus({ webhooks = [] }: WebhookConfiguration, now = Date.now()): StatusWord {
  if (webhooks.length === 0) return { text: 'NoWebhooks', tone: 'muted' }
  const authorities = webhooks.flatMap((webhook) => authorityOf(webhook) ?? [])
  const [first] = authorities.sort((a, b) => a.notAfter - b.notAfter)
  const { word, until } = first ? validity(first, now) : { word: undefined, until: undefined }
  if (first && word === 'Expired') return { text: 'CAExpired', tone: 'bad', at: first.notAfter }
  if (first && word === 'EndsSoon') return { text: 'CAEndsSoon', tone: 'warn', at: first.notAfter, until }
  // A service of the cluster has a certificate of the cluster's own as a rule, which no authority of the system vouches for.
  if (webhooks.some(({ clientConfig }) => clientConfig?.service && !clientConfig.caBundle)) return { text: 'NoCABundle', tone: 'warn' }
  return webhooks.some(({ failurePolicy }) => failurePolicy !== 'Ignore') ? closed : open
}

/** What the server found when it checked the expressions against the types of the kinds that they are about. */
export function policyStatus({ kind, spec, status }: Policy): StatusWord {
  if ((status?.typeChecking?.expressionWarnings?.length ?? 0) > 0) return { text: 'ExpressionWarning', tone: 'warn' }
  // Mutating policies have no status (admissionregistration.k8s.io/v1).
  if (kind === 'MutatingAdmissionPolicy' || spec?.mutations) return spec?.failurePolicy === 'Ignore' ? open : closed
  return status?.observedGeneration === undefined ? { text: 'NotChecked', tone: 'muted' } : { text: 'TypeChecked', tone: 'ok' }
}

/** The strictest of what is done about a violation. */
export function bindingStatus({ spec }: Binding): StatusWord | undefined {
  const action = ['Deny', 'Warn', 'Audit'].find((each) => spec?.validationActions?.includes(each))
  return action === undefined ? undefined : { text: action, tone: action === 'Deny' ? 'ok' : 'muted' }
}

const client = ({ clientConfig }: Webhook): string =>
  clientConfig?.service ? `${clientConfig.service.namespace}/${clientConfig.service.name}` : (clientConfig?.url ?? '')

export const webhooksView = viewOf<WebhookConfiguration>({
  status: (object) => webhooksStatus(object),
  columns: [
    { id: 'webhooks', label: 'webhooks', type: 'number', width: 100, cell: ({ webhooks }) => webhooks?.length ?? 0 },
    {
      id: 'asks',
      label: 'asks',
      type: 'text',
      width: 260,
      cell: ({ webhooks }) => [...new Set((webhooks ?? []).map(client))].join(', ') || none,
    },
  ],
})

export const policyView = viewOf<Policy>({
  status: policyStatus,
  columns: [
    {
      id: 'rules',
      label: 'rules',
      type: 'number',
      width: 80,
      cell: ({ spec }) => (spec?.validations ?? spec?.mutations ?? []).length,
    },
    {
      id: 'params',
      label: 'params',
      type: 'text',
      width: 220,
      cell: ({ spec }) => (spec?.paramKind ? `${spec.paramKind.kind} (${spec.paramKind.apiVersion})` : none),
    },
  ],
})

const bindingView = (policies: string) =>
  viewOf<Binding>({
    ...(policies.startsWith('validating') ? { status: bindingStatus } : {}),
    columns: [
      { id: 'policy', label: 'policy', type: 'text', width: 240, link: policies, cell: ({ spec }) => spec?.policyName ?? none },
      {
        id: 'params',
        label: 'params',
        type: 'text',
        width: 200,
        cell: ({ spec }) => [spec?.paramRef?.namespace, spec?.paramRef?.name].filter(Boolean).join('/') || none,
      },
    ],
  })

const key = (plural: string): string => `${plural}.admissionregistration.k8s.io`

export const admissionViews = {
  [key('validatingwebhookconfigurations')]: webhooksView,
  [key('mutatingwebhookconfigurations')]: webhooksView,
  [key('validatingadmissionpolicies')]: policyView,
  [key('mutatingadmissionpolicies')]: policyView,
  [key('validatingadmissionpolicybindings')]: bindingView(key('validatingadmissionpolicies')),
  [key('mutatingadmissionpolicybindings')]: bindingView(key('mutatingadmissionpolicies')),
}
