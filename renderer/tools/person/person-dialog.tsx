import { Button, Modal } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { baseContext } from '../../kube/acting.ts'
import { systemClock } from '../../kube/clock.ts'
import { clusterPath, requestJson } from '../../kube/fetch.ts'
import { firstNamespace } from '../../kube/scope.ts'
import { useRbac } from '../../queries/rbac.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ErrorView } from '../../ui/error-view.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { usePlace } from '../../ui/place.ts'
import { save } from '../../ui/save.ts'
import { TextField } from '../../ui/text-field.tsx'
import { localTime } from '../../ui/time.ts'
import { OnContext } from '../actions/on-context.tsx'
import '../actions/change-dialog.css'
import '../delete/delete-dialog.css'
import { GrantError, grant, plan, type Send } from './grant.ts'
import { type ClusterEntry, kubeconfigText } from './kubeconfig-text.ts'
import { accountNamespace, faultsOf, nobody, type Person } from './person.ts'
import './person.css'

/** What was typed and has not come to a kubeconfig: closing the dialog loses none of it. */
let kept: Person | undefined

/** Everywhere there are these, and most need no other. */
const usualRoles = ['view', 'edit', 'admin', 'cluster-admin']

const sender =
  (context: string): Send =>
  (method, path, body) =>
    requestJson(clusterPath(context, path), {
      method,
      ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
    })

/** A kubeconfig for a person: a certificate or a token that ends, and a role. */
export function PersonDialog({ namespaces, onClose }: { namespaces: readonly string[]; onClose(): void }) {
  const { t } = useTranslation()
  const place = usePlace()
  const { context } = place
  const [person, setPerson] = useState<Person>(() => kept ?? { ...nobody, namespace: firstNamespace(place.namespace) })
  const cluster = useQuery({
    queryKey: ['cluster-entry', baseContext(context)],
    queryFn: ({ signal }) => requestJson<ClusterEntry>(`/api/contexts/${encodeURIComponent(baseContext(context))}/cluster`, { signal }),
    retry: false,
  })
  const made = useMutation({
    mutationFn: async (asked: Person) => {
      const entry = cluster.data ?? (await cluster.refetch({ throwOnError: true })).data
      const granted = await grant(sender(context), asked, systemClock)
      kept = undefined
      return { text: kubeconfigText(asked, entry as ClusterEntry, granted), until: granted.until, name: asked.name.trim() }
    },
  })
  const set = (change: Partial<Person>): void => {
    const next = { ...person, ...change }
    kept = next
    setPerson(next)
    if (!made.isPending) made.reset()
  }
  const faults = faultsOf(person)
  const roles = useRoles(context, person.namespace.trim())
  const field = (key: keyof Person) => {
    const fault = key === 'name' && person.name === '' ? undefined : faults[key]
    return { value: person[key], ...(fault === undefined ? {} : { fault: t(`person.fault.${fault}`) }) }
  }
  const entry = cluster.data?.cluster
  return (
    <Modal
      opened
      onClose={onClose}
      // A press beside it would throw away what was filled in, and a key that is nowhere else.
      closeOnClickOutside={false}
      size="min(760px, 96vw)"
      title={t('person.title')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      yOffset="5vh"
    >
      <p className="delete-where">
        <OnContext context={context} />
      </p>
      <form
        className="person-form"
        onSubmit={(event) => {
          event.preventDefault()
          if (Object.keys(faults).length === 0 && !made.isPending) made.mutate(person)
        }}
      >
        <TextField label={t('columns.name')} {...field('name')} onChange={(name) => set({ name })} first />
        <label>
          {t('person.by')}
          <select className="text-input" value={person.by} onChange={(event) => set({ by: event.currentTarget.value as Person['by'] })}>
            {(['certificate', 'token'] as const).map((by) => (
              <option key={by} value={by}>
                {t(`person.${by}`)}
              </option>
            ))}
          </select>
        </label>
        {person.by === 'certificate' && (
          <TextField label={t('rights.groups')} {...field('groups')} hint="dev, web" onChange={(groups) => set({ groups })} />
        )}
        <TextField
          label={t('facts.namespace')}
          {...field('namespace')}
          hint={person.by === 'token' ? t('person.accountIn', { namespace: accountNamespace(person) }) : t('rights.wholeCluster')}
          choices={namespaces}
          onChange={(namespace) => set({ namespace })}
        />
        <TextField
          label={t('person.role')}
          {...field('role')}
          hint={t('person.noRole')}
          choices={roles}
          onChange={(role) => set({ role })}
        />
        <TextField label={t('person.expires')} {...field('expires')} hint="24h" onChange={(expires) => set({ expires })} />
        <TextField
          label={t('person.server')}
          {...field('server')}
          hint={String(entry?.server ?? '')}
          onChange={(server) => set({ server })}
          wide
        />
        <p className="dim wide">{t(person.by === 'token' ? 'person.tokenEnds' : 'person.certificateStays')}</p>
        {entry?.['insecure-skip-tls-verify'] === true && (
          <p className="wide">
            <ToneWord tone="warn">{t('person.insecure')}</ToneWord>
          </p>
        )}
        {faults.name === undefined && (
          <section className="wide" aria-label={t('person.writes')}>
            <h3>{t('person.writes')}</h3>
            <ol className="mono person-plan">
              {plan(person).map(({ method, path }) => (
                <li key={path}>
                  {method} {path}
                </li>
              ))}
            </ol>
          </section>
        )}
        <div className="wide" role="status">
          {made.data && (
            <p>
              <ToneWord tone="ok">{t('person.done', { name: made.data.name, until: localTime(made.data.until) })}</ToneWord>
            </p>
          )}
        </div>
        {cluster.error && <ErrorView error={cluster.error} onRetry={() => void cluster.refetch()} />}
        {made.error && <Failed error={made.error} />}
        <div className="delete-actions wide">
          <Button variant="default" onClick={onClose}>
            {t('common.close')}
          </Button>
          {made.data ? (
            <>
              <CopyButton text={made.data.text} label={t('person.copy')} />
              <Button
                onClick={() => void save(`kubeconfig-${made.data.name}.yaml`, new Blob([made.data.text], { type: 'application/yaml' }))}
              >
                {t('person.save')}
              </Button>
            </>
          ) : (
            <Button type="submit" loading={made.isPending} disabled={Object.keys(faults).length > 0 || cluster.isError}>
              {t('person.make')}
            </Button>
          )}
        </div>
      </form>
    </Modal>
  )
}

/** What went wrong, in words of ours where it was no refusal of the server. */
function Failed({ error }: { error: Error }) {
  const { t } = useTranslation()
  if (!(error instanceof GrantError)) return <ErrorView error={error} />
  return (
    <p className="wide" role="alert">
      <ToneWord tone="bad">{t(`person.failed.${error.kind}`, { about: error.about, why: error.message })}</ToneWord>
    </p>
  )
}

/** The usual ones first, then what there is. */
function useRoles(context: string, namespace: string): string[] {
  const { rbac } = useRbac(context, namespace)
  return useMemo(() => {
    const names = rbac.roles.flatMap(({ kind, namespace: of, name }) => {
      if (kind === 'ClusterRole') return name.startsWith('system:') ? [] : [name]
      return of === namespace ? [`Role/${name}`] : []
    })
    return [...new Set([...usualRoles, ...names])]
  }, [rbac, namespace])
}
