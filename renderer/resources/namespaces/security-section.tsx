import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRefused } from '../../tools/actions/allowed.ts'
import type { KubeObject } from '../../kube/types.ts'
import { namespaces } from '../../queries/discovery.ts'
import { ErrorView } from '../../ui/error-view.tsx'
import { Section, Table } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { usePlace } from '../../ui/place.ts'
import { ObjectLink } from '../generic/common.tsx'
import { policiesOf } from './pod-security.ts'
import { type Trial, useTrial } from './use-trial.ts'

const needs = [{ needs: [{ verb: 'patch' }] }]

/** Which pods a namespace refuses, notes down and warns of, and which of those that it has each level would refuse. */
export function SecuritySection({ object }: { object: KubeObject }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const { name, labels, uid = '' } = object.metadata
  // Other labels are another question.
  const mark = JSON.stringify(labels ?? {})
  const [askedFor, setAskedFor] = useState<string>()
  const trial = useTrial(context, object.metadata, askedFor === mark)
  const [refused] = useRefused(needs, { context, resource: namespaces, objects: [{ key: uid, name, namespace: '' }] })
  return (
    <Section title={t('podSecurity.title')}>
      <Table
        head={[t('podSecurity.mode'), t('podSecurity.level'), t('columns.version'), t('podSecurity.effect')]}
        rows={policiesOf(labels).map(({ mode, level, version }) => ({
          key: mode,
          cells: [
            mode,
            level ?? <span className="dim">{t('podSecurity.unset')}</span>,
            level && (version ?? 'latest'),
            t(`podSecurity.effects.${mode}`),
          ],
        }))}
      />
      <p>
        <button
          type="button"
          className="icon-button action"
          disabled={refused !== undefined || trial.isFetching}
          title={refused && t('rights.notAllowed', { what: refused })}
          onClick={() => (askedFor === mark ? void trial.refetch() : setAskedFor(mark))}
        >
          {t('podSecurity.ask')}
        </button>{' '}
        <span className="dim">{t('podSecurity.askNext')}</span>
      </p>
      {trial.error && <ErrorView error={trial.error} onRetry={() => void trial.refetch()} />}
      {trial.data && <Verdicts trials={trial.data} namespace={name} />}
    </Section>
  )
}

function Verdicts({ trials, namespace }: { trials: readonly Trial[]; namespace: string }) {
  const { t } = useTranslation()
  return (
    <Table
      head={[t('podSecurity.level'), t('podSecurity.verdict')]}
      rows={trials.map(({ level, version, verdict: { failing, partly, notes } }) => ({
        key: level,
        cells: [
          <span key="level">
            {level} <span className="dim">{version}</span>
          </span>,
          <div key="verdict">
            {failing.length === 0 && <ToneWord tone="ok">{t('podSecurity.nothing')}</ToneWord>}
            {failing.map(({ pod, others, checks }) => (
              <div key={pod}>
                <ToneWord tone="bad">{t('podSecurity.violates')}</ToneWord> <ObjectLink resource="pods" namespace={namespace} name={pod} />
                {others > 0 && ` ${t('podSecurity.others', { count: others })}`}
                <div className="dim">{checks.join(', ')}</div>
              </div>
            ))}
            {partly && <p className="dim">{t('podSecurity.partly', { count: partly.checked, total: partly.total })}</p>}
            {notes.map((note) => (
              <p key={note} className="why">
                {note}
              </p>
            ))}
          </div>,
        ],
      }))}
    />
  )
}
