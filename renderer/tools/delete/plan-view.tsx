import { useTranslation } from 'react-i18next'
import { figure } from '../../kube/figures.ts'
import { kindWord } from '../../kube/kind-word.ts'
import { resourceKey } from '../../kube/resource.ts'
import { ToneMark } from '../../ui/icon.tsx'
import type { BudgetImpact } from './budgets.ts'
import type { Maker } from './makers.ts'
import { byKind, type DeletePlan, type Dependent, searched } from './plan.ts'

/** Enough to check what was chosen; the rest is told as a number. */
export const listed = 200

interface PlanViewProps {
  plan: DeletePlan | undefined
  loading: boolean
  orphan: boolean
  /** How many objects were chosen. */
  objects: number
  /** Whether a control loop runs in the cluster; undefined when that is not known. */
  runs(loop: string): boolean | undefined
}

/** What the deletion means: who makes it again, whom it leaves short, what goes along. */
export function PlanView({ plan, loading, orphan, objects, runs }: PlanViewProps) {
  const { t, i18n } = useTranslation()
  if (loading)
    return (
      <p className="dim" role="status">
        {t('delete.planning')}
      </p>
    )
  if (!plan) return null
  const uncollected = plan.dependents.length > 0 && runs('garbage-collector-controller') === false
  const word = orphan || uncollected ? 'delete.keeps' : 'delete.goesToo'
  return (
    <section className="delete-plan" aria-label={t('delete.plan')}>
      {plan.makers.map((maker) => (
        <MakerLine key={`${maker.namespace}/${maker.kind}/${maker.name}`} maker={maker} of={objects} running={runs(maker.loop)} />
      ))}
      {plan.budgets.map((budget) => (
        <BudgetLine key={`${budget.namespace}/${budget.name}`} budget={budget} />
      ))}
      {plan.dependents.length === 0 && plan.contents.length === 0 && <p>{t('delete.nothingElse')}</p>}
      {plan.dependents.length > 0 && (
        <>
          <p>{t(word, { count: plan.dependents.length })}</p>
          {uncollected && !orphan && <p className="dim">{t('delete.uncollected')}</p>}
          <ul className="delete-groups">
            {byKind(plan.dependents).map(({ resource, all }) => (
              <li key={resourceKey(resource)}>
                <details>
                  <summary>{t('loops.counted', { count: all.length, kind: kindWord(resource, all.length, i18n.language) })}</summary>
                  <Names of={all} />
                </details>
              </li>
            ))}
          </ul>
        </>
      )}
      {plan.contents.length > 0 && (
        <>
          <p>{t('delete.everythingIn')}</p>
          <ul className="delete-counts">
            {plan.contents.map(({ resource, count, atLeast }) => (
              <li key={resourceKey(resource)}>
                <strong>{atLeast ? `≥ ${figure(count)}` : figure(count)}</strong> {kindWord(resource, count, i18n.language)}
              </li>
            ))}
          </ul>
        </>
      )}
      {plan.partial.length > 0 && <p className="tone-warn">{t('delete.partial', { count: searched, kinds: plan.partial.join(', ') })}</p>}
      {plan.unknown.length > 0 && (
        <p className="dim" title={plan.unknown.map((u) => `${u.kind}: ${u.message}`).join('\n')}>
          {t('delete.unknown', { kinds: plan.unknown.map((u) => u.kind).join(', ') })}
        </p>
      )}
    </section>
  )
}

function Names({ of }: { of: Dependent[] }) {
  const { t } = useTranslation()
  return (
    <ul className="delete-list" tabIndex={0} aria-label={t('delete.plan')}>
      {of.slice(0, listed).map((d) => (
        <li key={d.uid} className="mono">
          {d.namespace ? `${d.namespace}/${d.name}` : d.name}
        </li>
      ))}
      {of.length > listed && <li className="dim">{t('common.more', { count: of.length - listed })}</li>}
    </ul>
  )
}

function MakerLine({ maker, of, running }: { maker: Maker; of: number; running: boolean | undefined }) {
  const { t } = useTranslation()
  const values = { owner: `${maker.kind} ${maker.name}`, count: maker.count, loop: maker.loop }
  const text =
    running === false ? t('delete.makesNone', values) : maker.count === of ? t('delete.makesAll', values) : t('delete.makes', values)
  return (
    <p className="delete-fact">
      <ToneMark tone={running === false ? 'muted' : 'busy'} />
      <span>{text}</span>
    </p>
  )
}

function BudgetLine({ budget }: { budget: BudgetImpact }) {
  const { t } = useTranslation()
  const { name, covers, going, wants, broken } = budget
  return (
    <p className={broken ? 'delete-fact tone-warn' : 'delete-fact'}>
      <ToneMark tone={broken ? 'warn' : 'ok'} />
      <span>
        {t('delete.budget', { name, wants, count: covers, going, left: covers - going })} {broken && t('delete.budgetBroken')}
      </span>
    </p>
  )
}
