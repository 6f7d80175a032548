import { Button } from '@mantine/core'
import { Suspense, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { impliedGroups, privilegedGroup, type Subject } from '../../kube/rbac.ts'
import { accountName } from '../../kube/acting.ts'
import { resourceKey } from '../../kube/resource.ts'
import { firstNamespace } from '../../kube/scope.ts'
import { useDecision } from '../../queries/access.ts'
import { namespaces as namespaceKind, useResources } from '../../queries/discovery.ts'
import { useOwnRules, useRbac, useWhoAmI } from '../../queries/rbac.ts'
import { useView } from '../../queries/hub.ts'
import { ErrorView } from '../../ui/error-view.tsx'
import { Section } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { useGo, usePlace } from '../../ui/place.ts'
import { TabBar } from '../../ui/tab-bar.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { ActAsLink } from './links.tsx'
import { askPerson, type Asked, askedText, questionOf, questionText, readAsked } from './question.ts'
import { GrantedRules, GrantedSubjects, RuleTable, Unread } from './tables.tsx'
import './rights.css'
import { part } from '../../ui/part.tsx'

const PersonDialog = part(() => import('../person/person-dialog.tsx').then((m) => m.PersonDialog))

const verbs = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'bind',
  'escalate',
  'impersonate',
  'use',
  '*',
]

/** What is typed is taken as meant once it has stood this long, ms. */
const restMs = 300

/** What is typed and not in the address yet: the address follows once it rests, and what is in the address is what the server is asked. */
function useDraft(address: string): [string | undefined, (text: string | undefined) => void] {
  const go = useGo()
  const [draft, setDraft] = useState<string>()
  if (draft !== undefined && draft === address) setDraft(undefined)
  useEffect(() => {
    if (draft === undefined) return undefined
    const timer = setTimeout(() => go({ filter: draft }, { replace: true }), restMs)
    return () => clearTimeout(timer)
  }, [draft, go])
  return [draft, setDraft]
}

/** Who may do what, and why: by request, and by subject. The address holds the question. */
export function RightsPage() {
  const { t } = useTranslation()
  const place = usePlace()
  const go = useGo()
  const fresh: Asked = { ask: 'request', verb: 'get', resource: 'pods', name: '', namespace: firstNamespace(place.namespace) }
  const [draft, setDraft] = useDraft(place.filter)
  const settled = readAsked(place.filter) ?? fresh
  const asked = draft === undefined ? settled : (readAsked(draft) ?? fresh)
  const ask = (next: Asked): void => setDraft(askedText(next))
  const pick = (id: Asked['ask']): void => {
    const next: Asked =
      id === 'request' ? fresh : { ask: 'subject', kind: 'User', name: '', namespace: firstNamespace(place.namespace), groups: '' }
    setDraft(undefined)
    go({ filter: askedText(next) })
  }
  return (
    <div className="rights">
      <div className="rights-head">
        <h1>{t('rights.title')}</h1>
        <LetIn />
      </div>
      <TabBar
        label={t('rights.title')}
        active={asked.ask}
        onPick={pick}
        tabs={(['request', 'subject'] as const).map((id) => ({ id, label: t(`rights.tabs.${id}`) }))}
      />
      <div className="rights-body" role="tabpanel" id={`panel-${asked.ask}`} aria-labelledby={`tab-${asked.ask}`} tabIndex={0}>
        <h2 className="sr-only">{t(`rights.tabs.${asked.ask}`)}</h2>
        {asked.ask === 'request' ? (
          <ByRequest key="request" asked={asked} settled={settled.ask === 'request' ? settled : asked} onAsk={ask} />
        ) : (
          <BySubject key="subject" asked={asked} settled={settled.ask === 'subject' ? settled : asked} onAsk={ask} />
        )}
      </div>
    </div>
  )
}

/** Gives somebody else a kubeconfig. */
function LetIn() {
  const { t } = useTranslation()
  const { context, filter } = usePlace()
  const go = useGo()
  const names = useNamespaceNames(context)
  const [pressed, setPressed] = useState(false)
  const asked = filter === askPerson
  const close = (): void => {
    setPressed(false)
    if (asked) go({ filter: '' }, { replace: true })
  }
  return (
    <>
      <Button variant="default" size="xs" onClick={() => setPressed(true)}>
        {t('person.open')}
      </Button>
      {(pressed || asked) && (
        <Suspense>
          <PersonDialog namespaces={names} onClose={close} />
        </Suspense>
      )}
    </>
  )
}

type PartProps<K extends Asked['ask']> = {
  asked: Extract<Asked, { ask: K }>
  /** The same a little behind while somebody types: what the server is asked. */
  settled: Extract<Asked, { ask: K }>
  onAsk(next: Asked): void
}

function ByRequest({ asked, settled, onAsk }: PartProps<'request'>) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const kinds = useResources(context)
  const question = useMemo(() => questionOf(settled, kinds), [settled, kinds])
  const namespace = question && 'namespace' in question ? question.namespace : ''
  const view = useRbac(context, namespace)
  const me = useWhoAmI(context).data
  const names = useNamespaceNames(context)
  const decision = useDecision(context, question)
  const grants = useMemo(() => (question ? view.rbac.whoCan(question) : []), [view.rbac, question])
  const choices = useMemo(
    () => kinds.flatMap((kind) => [resourceKey(kind), ...kind.subresources.map((sub) => `${resourceKey(kind)}/${sub}`)]),
    [kinds],
  )
  const set = (change: Partial<typeof asked>): void => onAsk({ ...asked, ...change })
  return (
    <>
      <div className="rights-form">
        <TextField label={t('rights.verb')} value={asked.verb} choices={verbs} onChange={(verb) => set({ verb })} />
        <TextField label={t('rights.kind')} value={asked.resource} choices={choices} onChange={(resource) => set({ resource })} wide />
        <TextField label={t('columns.name')} value={asked.name} hint={t('rights.anyName')} onChange={(name) => set({ name })} />
        <TextField
          label={t('facts.namespace')}
          value={asked.namespace}
          hint={t('rights.wholeCluster')}
          choices={names}
          onChange={(next) => set({ namespace: next })}
        />
      </div>
      {question === undefined ? (
        <p className="dim">{t('rights.ask')}</p>
      ) : (
        <>
          <Section title={t('rights.you', { user: me?.username ?? t('rights.me') })}>
            {decision.error ? (
              <ErrorView error={decision.error} onRetry={() => void decision.refetch()} />
            ) : (
              decision.data && (
                <p className="rights-answer" role="status">
                  <ToneWord tone={decision.data.allowed ? 'ok' : 'bad'}>
                    {t(decision.data.allowed ? 'rights.yes' : 'rights.no', { question: questionText(question) })}
                  </ToneWord>
                  <span className="dim">{[decision.data.reason, decision.data.evaluationError].filter(Boolean).join(' · ')}</span>
                </p>
              )
            )}
          </Section>
          <Section title={t('rights.everybody', { question: questionText(question) })}>
            <Unread view={view} />
            {view.ready ? <GrantedSubjects grants={grants} /> : <p className="dim">{t('common.loading')}</p>}
            <p className="dim">{t('rights.beside', { group: privilegedGroup })}</p>
          </Section>
        </>
      )}
    </>
  )
}

function BySubject({ asked, settled, onAsk }: PartProps<'subject'>) {
  const { t } = useTranslation()
  const { context, namespace } = usePlace()
  const me = useWhoAmI(context).data
  const view = useRbac(context, settled.namespace || namespace)
  const names = useNamespaceNames(context)
  const set = (change: Partial<typeof asked>): void => onAsk({ ...asked, ...change })
  // An empty form is about whoever looks.
  const own = asked.kind === 'User' && asked.name.trim() === ''
  const user = own ? (me?.username ?? '') : asked.name.trim()
  const more = asked.groups.split(',').map((group) => group.trim())
  const subject: Subject = { kind: asked.kind, name: user, ...(asked.kind === 'ServiceAccount' ? { namespace: asked.namespace } : {}) }
  const userName = asked.kind === 'ServiceAccount' ? accountName(asked.namespace, user) : asked.kind === 'User' ? user : ''
  const groups = (asked.kind === 'Group' ? [user] : own && me?.groups ? me.groups : [...impliedGroups(userName), ...more]).filter(Boolean)
  const grants = user === '' ? [] : view.rbac.whatCan(userName, groups)
  return (
    <>
      <div className="rights-form">
        <label>
          {t('columns.type')}
          <select
            className="text-input"
            value={asked.kind}
            onChange={(event) => set({ kind: event.currentTarget.value as Subject['kind'] })}
          >
            {(['User', 'Group', 'ServiceAccount'] as const).map((kind) => (
              <option key={kind}>{kind}</option>
            ))}
          </select>
        </label>
        <TextField label={t('columns.name')} value={asked.name} hint={own ? user : ''} onChange={(name) => set({ name })} wide />
        {asked.kind === 'ServiceAccount' && (
          <TextField label={t('facts.namespace')} value={asked.namespace} choices={names} onChange={(next) => set({ namespace: next })} />
        )}
        {asked.kind === 'User' && !own && (
          <TextField label={t('rights.groups')} value={asked.groups} hint="dev, web" onChange={(next) => set({ groups: next })} wide />
        )}
        {!own && user !== '' && <ActAsLink subject={subject} groups={more.filter(Boolean)} />}
      </div>
      {user === '' ? (
        <p className="dim">{t('rights.askWho')}</p>
      ) : (
        <Section title={t('rights.may', { subject: user })}>
          {asked.kind !== 'Group' && <p className="dim">{t('rights.asMember', { groups: groups.join(', ') })}</p>}
          {asked.kind === 'User' && !own && <p className="dim">{t('rights.groupsUnknown')}</p>}
          {groups.includes(privilegedGroup) && (
            <p>
              <ToneWord tone="warn">{t('rights.privileged', { group: privilegedGroup })}</ToneWord>
            </p>
          )}
          <Unread view={view} />
          {view.ready ? <GrantedRules grants={grants} /> : <p className="dim">{t('common.loading')}</p>}
        </Section>
      )}
      {own && view.unread.length > 0 && <OwnRules namespace={namespace || 'default'} />}
    </>
  )
}

/** For whoever may not read roles: the server says what they come to. */
function OwnRules({ namespace }: { namespace: string }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const { data, error, refetch } = useOwnRules(context, namespace)
  return (
    <Section title={t('rights.ownIn', { namespace })}>
      {error ? <ErrorView error={error} onRetry={() => void refetch()} /> : data && <RuleTable rules={data.rules} />}
      {data?.incomplete && <p className="dim">{t('rights.incomplete', { why: data.evaluationError })}</p>}
    </Section>
  )
}

function useNamespaceNames(context: string): string[] {
  const source = useMemo(() => ({ context, resource: namespaceKind }), [context])
  const { data } = useView(context ? { source, filter: '', start: 0, end: 500, hold: false } : undefined)
  return (data?.rows ?? []).map(({ name }) => name)
}
