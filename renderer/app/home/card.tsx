import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

export function Card({
  title,
  count,
  to,
  children,
  wide,
}: {
  title: string
  count?: string
  to?: string
  children: React.ReactNode
  wide?: boolean
}) {
  return (
    <section className={`card${wide ? ' wide' : ''}`} aria-label={title}>
      <h2>
        {to ? <Link to={to}>{title}</Link> : title}
        {count !== undefined && <span className="counts">{count}</span>}
      </h2>
      {children}
    </section>
  )
}

export function Nothing({ loading, text }: { loading: boolean; text: string }) {
  const { t } = useTranslation()
  return <p className="dim card-note">{loading ? t('common.loading') : text}</p>
}
