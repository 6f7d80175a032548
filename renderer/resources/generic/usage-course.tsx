import { useTranslation } from 'react-i18next'
import { formatBytes, formatCores } from '../../kube/quantity.ts'
import { mostReadings, sparkLines } from '../../kube/usage-history.ts'
import { type UsageOf, useUsageHistory } from '../../queries/usage.ts'
import { Section } from '../../ui/facts.tsx'
import { usePlace } from '../../ui/place.ts'
import './usage-course.css'

const width = 180
const height = 28
const figures = [
  { id: 'cpu', label: 'columns.cpuUsed', write: formatCores },
  { id: 'memory', label: 'columns.memoryUsed', write: formatBytes },
] as const

/** What a pod or a node uses, and how that went while one looked; nothing where nobody tells. */
export function UsageCourse(of: UsageOf) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const history = useUsageHistory(context, of)
  if (!history || history.length === 0) return null
  return (
    <Section title={t('sections.usage')}>
      <div className="usage-course">
        {figures.map(({ id, label, write }) => {
          const values = history.map((reading) => reading[id])
          const known = values.filter((value) => value !== undefined)
          const now = values.at(-1)
          return (
            <div key={id}>
              <span className="dim">{t(label)}</span>
              <strong>{now === undefined ? t('nodes.notKnown') : write(now)}</strong>
              <Spark
                values={values}
                label={known.length > 0 ? t('usage.range', { least: write(Math.min(...known)), most: write(Math.max(...known)) }) : ''}
              />
            </div>
          )
        })}
      </div>
    </Section>
  )
}

/** One reading alone has no course: then the line is empty, and its place is kept. */
function Spark({ values, label }: { values: readonly (number | undefined)[]; label: string }) {
  return (
    <svg className="spark" height={height} preserveAspectRatio="none" viewBox={`0 -1 ${width} ${height + 2}`} role="img" aria-label={label}>
      <title>{label}</title>
      {sparkLines(values, width, height, mostReadings).map((points) => (
        <polyline key={points} points={points} />
      ))}
    </svg>
  )
}
