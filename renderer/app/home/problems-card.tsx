import { QualifiedName } from '../../ui/qualified-name.tsx'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { figure } from '../../kube/figures.ts'
import { can, type Resource, resourceKey, resourceOfKind } from '../../kube/resource.ts'
import { useResources } from '../../queries/discovery.ts'
import { useSummaries } from '../../queries/hub.ts'
import type { Unlisted } from '../../queries/contents.ts'
import { unlistedOf } from '../../resources/generic/unlisted.ts'
import { UnlistedLine } from '../../resources/generic/unlisted-line.tsx'
import { nextStep } from '../../resources/next-steps.ts'
import {
  type Cause,
  groupProblems,
  mayBeInTrouble,
  muteMark,
  type ProblemGroup,
  type Trouble,
  troubleSelectors,
} from '../../resources/problems.ts'
import type { PodsSummary } from '../../resources/summaries.ts'
import { Age } from '../../ui/age.tsx'
import { Icon, ToneWord } from '../../ui/icon.tsx'
import { placeUrl } from '../../ui/place.ts'
import { useStored } from '../../ui/storage.ts'
import { localTime } from '../../ui/time.ts'
import { seenText } from '../../ui/unseen.ts'
import { Unworked } from '../nobody-works.tsx'
import { Card, Nothing } from './card.tsx'
import { useJobOwners } from './use-job-owners.ts'
import { LastLines } from './last-lines.tsx'

/** As many as leave the events in reach; the rest is asked for. */
const mostGroups = 12
const mostCauses = 3
/** The last words of the first few crashing containers; more would ask too much of the kubelets. */
const withLogs = 4
/** Each is a watch: custom kinds by the hundred would be as many. */
const mostKinds = 60

const feedOf = ({ group, version, plural, namespaced }: Resource) => ({ group, version, plural, namespaced })

/** Objects of every kind whose own state asks for a look, and the kinds of which nobody could see; pods and nodes are told of elsewhere. */
function useTroubles(context: string, namespace: string, wait: boolean): { troubles: Trouble[]; unlisted: Unlisted[] } {
  const all = useResources(context)
  const watched = useMemo(
    () => (wait ? [] : all.filter((r) => can(r, 'list') && can(r, 'watch') && mayBeInTrouble(resourceKey(r), r.group)).slice(0, mostKinds)),
    [all, wait],
  )
  const sources = useMemo(
    () =>
      Object.fromEntries(
        watched.map((r) => {
          const key = resourceKey(r)
          const source = { context, resource: feedOf(r), namespace: (r.namespaced && namespace) || undefined }
          return [key, { ...source, fieldSelector: troubleSelectors[key] }]
        }),
      ),
    [watched, context, namespace],
  )
  const found = useSummaries<Trouble[]>(sources, 'troubles')
  return useMemo(() => {
    const kinds = new Map(watched.map((r) => [resourceKey(r), r.kind]))
    const all = [...found].map(([resource, { value, state }]) => ({ resource, kind: kinds.get(resource) ?? resource, value, state }))
    const troubles = all.flatMap(({ resource, kind, value }) => value.map((trouble) => ({ ...trouble, resource, kind })))
    return { troubles, unlisted: unlistedOf(all) }
  }, [found, watched])
}

/** What needs a look, by cause and owner: each once, with its last words. */
export function ProblemsCard({
  context,
  namespace,
  pods,
  loading,
  sparing = false,
}: {
  context: string
  namespace: string
  pods: PodsSummary | undefined
  loading: boolean
  /** It is there only with something in it: who sees no pods may see nothing at all. */
  sparing?: boolean
}) {
  const { t } = useTranslation()
  const { troubles, unlisted } = useTroubles(context, namespace, loading)
  const jobOwners = useJobOwners(context, namespace, pods?.causes)
  const groups = useMemo(() => groupProblems(pods?.causes ?? [], troubles, jobOwners), [pods?.causes, troubles, jobOwners])
  const [muted, setMuted] = useStored<string[]>('home.muted', [])
  const [showMuted, setShowMuted] = useState(false)
  const [every, setEvery] = useState(false)
  const marks = new Set(muted)
  const heard = groups.filter((group) => !marks.has(muteMark(context, group)))
  const quiet = groups.filter((group) => marks.has(muteMark(context, group)))
  const shown = every ? heard : heard.slice(0, mostGroups)
  if (sparing && groups.length === 0) return null
  return (
    <Card title={t('home.problems')} count={pods && (!loading || heard.length > 0) ? figure(heard.length) : undefined} wide>
      {heard.length === 0 && <Nothing loading={loading} text={t('home.noProblems')} />}
      <ul className="lines problems">
        {shown.map((group, index) => (
          <Group
            key={group.key}
            context={context}
            group={group}
            words={index < withLogs}
            mute={t('home.mute')}
            onMute={() => setMuted([...muted, muteMark(context, group)])}
          />
        ))}
      </ul>
      {heard.length > shown.length && (
        <button type="button" className="link-button card-note" onClick={() => setEvery(true)}>
          {t('common.more', { count: heard.length - shown.length })}
        </button>
      )}
      {quiet.length > 0 && (
        <button type="button" className="link-button card-note" aria-expanded={showMuted} onClick={() => setShowMuted(!showMuted)}>
          {t('home.muted', { count: quiet.length })}
        </button>
      )}
      {showMuted && quiet.length > 0 && (
        <ul className="lines problems muted">
          {quiet.map((group) => (
            <Group
              key={group.key}
              context={context}
              group={group}
              words={false}
              mute={t('home.unmute')}
              onMute={() => setMuted(muted.filter((mark) => mark !== muteMark(context, group)))}
            />
          ))}
        </ul>
      )}
      <Unworked />
      <UnlistedLine of={unlisted} namespace={namespace} />
    </Card>
  )
}

function Group({
  context,
  group,
  words,
  mute,
  onMute,
}: {
  context: string
  group: ProblemGroup
  /** The last words of its containers are shown. */
  words: boolean
  /** What the button does. */
  mute: string
  onMute(): void
}) {
  const { t } = useTranslation()
  const all = useResources(context)
  const { owner, namespace, word, causes, message, trouble } = group
  const name = namespace ? `${namespace}/${owner.name}` : owner.name
  const resource = owner.resource ?? keyOfKind(all, owner)
  const object = { namespace, name: owner.name }
  const count = causes.reduce((sum, cause) => sum + cause.count, 0)
  // One pod that nobody owns: its cause is its state.
  const alone = owner.kind === 'Pod'
  const head = word ?? (causes[0] && { text: causes[0].reason, tone: causes[0].tone })
  const next = nextStep(trouble ?? { resource: 'pods', reason: head?.text ?? '' })
  return (
    <li className="problem">
      {head ? <ToneWord tone={head.tone}>{head.text}</ToneWord> : <span />}
      <span className="ellipsis problem-owner">
        <span className="dim">{owner.kind}</span>{' '}
        {resource ? (
          <Link to={placeUrl({ context, resource, object })} aria-label={name}>
            <QualifiedName namespace={namespace} name={owner.name} />
          </Link>
        ) : (
          <QualifiedName namespace={namespace} name={owner.name} />
        )}
      </span>
      <span className="dim ellipsis" title={message}>
        {[alone || count === 0 ? '' : t('home.failingPods', { count }), seenText(message)].filter(Boolean).join(' · ')}
      </span>
      <Age at={group.since} />
      <button type="button" className="icon-button" aria-label={`${mute}: ${name}`} title={mute} onClick={onMute}>
        <Icon name="mute" size={14} />
      </button>
      {next && <span className="dim cause">{t(`home.next.${next}`, { when: localTime(trouble?.at ?? Number.NaN) })}</span>}
      {causes.slice(0, mostCauses).map((cause, index) => (
        <CauseLine
          key={`${cause.reason} ${cause.container} ${cause.exitCode}`}
          context={context}
          namespace={namespace}
          cause={cause}
          // Its word stands above already.
          named={word !== undefined || index > 0}
          words={words && index === 0}
        />
      ))}
      {causes.length > mostCauses && <span className="dim cause">{t('common.more', { count: causes.length - mostCauses })}</span>}
    </li>
  )
}

function CauseLine({
  context,
  namespace,
  cause,
  named,
  words,
}: {
  context: string
  namespace: string
  cause: Cause
  named: boolean
  words: boolean
}) {
  const { t } = useTranslation()
  const { exitCode, container, count, restarts, message, pod } = cause
  const object = { namespace, name: pod }
  const crashed = exitCode !== undefined
  const facts = [
    container,
    crashed && t('home.exitCode', { code: exitCode }),
    count > 1 && `×${figure(count)}`,
    restarts > 0 && t('home.restarts', { count: restarts }),
    message,
  ].filter(Boolean)
  return (
    <div className="cause">
      {named && <ToneWord tone={cause.tone}>{cause.reason}</ToneWord>}
      <span className="dim ellipsis" title={message}>
        {facts.join(' · ')}
      </span>
      <Link to={placeUrl({ context, resource: 'pods', object, tab: crashed ? 'logs' : 'events' })} title={pod}>
        {t(crashed ? 'details.tabs.logs' : 'details.tabs.events')}
      </Link>
      {crashed && words && <LastLines context={context} problem={{ namespace, name: pod, container, restarts }} />}
    </div>
  )
}

function keyOfKind(all: readonly Resource[], { apiVersion, kind }: ProblemGroup['owner']): string | undefined {
  const resource = apiVersion === undefined ? undefined : resourceOfKind(all, apiVersion, kind)
  return resource && resourceKey(resource)
}
