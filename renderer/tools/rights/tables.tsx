import { useTranslation } from 'react-i18next'
import type { RbacView } from '../../queries/rbac.ts'
import { type Grant, type PolicyRule, ruleCells } from '../../kube/rbac.ts'
import { Table } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { ActAsLink, BindingLink, RoleLink, SubjectLink, Where } from './links.tsx'
import './rights.css'

/** More is not read; the count tells the rest. */
const shownAtMost = 200

/** Lists of names break behind their commas. */
function Mono({ text }: { text: string }) {
  return <span className="mono">{text}</span>
}

export function RuleTable({ rules }: { rules: readonly PolicyRule[] }) {
  const { t } = useTranslation()
  if (rules.length === 0) return <p className="dim">{t('rbac.noRules')}</p>
  return (
    <>
      <Table
        head={[t('rbac.resources'), t('rbac.names'), t('rbac.verbs')]}
        rows={rules.slice(0, shownAtMost).map((rule, index) => ({
          key: String(index),
          cells: ruleCells(rule).map((text) => <Mono key={text} text={text} />),
        }))}
      />
      <More of={rules} />
    </>
  )
}

/** What a subject may do, and what gives it. */
export function GrantedRules({ grants }: { grants: readonly Grant[] }) {
  const { t } = useTranslation()
  if (grants.length === 0) return <p className="dim">{t('rights.nothing')}</p>
  return (
    <>
      <Table
        head={[t('rbac.resources'), t('rbac.names'), t('rbac.verbs'), t('rights.where'), t('rights.through')]}
        rows={grants.slice(0, shownAtMost).map(({ rule, role, binding }, index) => ({
          key: String(index),
          cells: [
            ...ruleCells(rule).map((text) => <Mono key={text} text={text} />),
            <Where key="where" namespace={binding.namespace} />,
            <Through key="through" binding={binding} role={role} />,
          ],
        }))}
      />
      <More of={grants} />
    </>
  )
}

/** Everybody who has something, and what gives it to them. */
export function GrantedSubjects({ grants }: { grants: readonly Grant[] }) {
  const { t } = useTranslation()
  if (grants.length === 0) return <p className="dim">{t('rights.nobody')}</p>
  return (
    <>
      <Table
        head={[t('rights.subject'), t('rights.where'), t('rights.rule'), t('rights.through'), t('acting.start')]}
        rows={grants.slice(0, shownAtMost).map(({ subject, rule, role, binding }, index) => ({
          key: String(index),
          cells: [
            <SubjectLink key="subject" subject={subject} />,
            <Where key="where" namespace={binding.namespace} />,
            <Mono key="rule" text={ruleCells(rule).filter(Boolean).join(' · ')} />,
            <Through key="through" binding={binding} role={role} />,
            <ActAsLink key="act" subject={subject} />,
          ],
        }))}
      />
      <More of={grants} />
    </>
  )
}

function Through({ binding, role }: Pick<Grant, 'binding' | 'role'>) {
  return (
    <>
      <BindingLink binding={binding} />
      <span className="dim"> → </span>
      <RoleLink role={role} />
    </>
  )
}

function More({ of }: { of: readonly unknown[] }) {
  const { t } = useTranslation()
  return of.length > shownAtMost ? <p className="dim">{t('common.more', { count: of.length - shownAtMost })}</p> : null
}

/** What the answer leaves out, since it could not be read. */
export function Unread({ view }: { view: RbacView }) {
  const { t } = useTranslation()
  if (view.unread.length === 0) return null
  const whole = view.unread.filter(({ namespace }) => namespace === '').map(({ resource }) => resource)
  const part = view.unread.filter(({ namespace }) => namespace !== '')
  return (
    <div className="rights-unread" role="note">
      <ToneWord tone="warn">{t('rights.partial')}</ToneWord> {whole.length > 0 && t('rights.unread', { resources: whole.join(', ') })}{' '}
      {part[0] && t('rights.unreadElsewhere', { resources: part.map(({ resource }) => resource).join(', '), namespace: part[0].namespace })}
    </div>
  )
}
