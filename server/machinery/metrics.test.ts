import { Counter, Gauge, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { sortedMetrics } from './metrics.ts'

test('metrics stand in the order of their names, with nothing between them', async () => {
  const registry = new Registry()
  const registers = [registry]
  new Gauge({ name: 'b_total', help: 'In two\nlines.', labelNames: ['of'], registers }).set({ of: 'a\n\nb' }, 1)
  new Counter({ name: 'b', help: 'Short.', registers })
  new Counter({ name: 'a_total', help: 'First.', registers })
  expect(sortedMetrics(await registry.metrics())).toBe(
    '# HELP a_total First.\n# TYPE a_total counter\na_total 0\n' +
      '# HELP b Short.\n# TYPE b counter\nb 0\n' +
      '# HELP b_total In two\\nlines.\n# TYPE b_total gauge\nb_total{of="a\\n\\nb"} 1\n',
  )
})
