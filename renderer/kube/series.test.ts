import { expect, test } from 'vitest'
import { allSeries, readSeries } from './series.ts'

const text = `# HELP workqueue_depth Current depth of workqueue
# TYPE workqueue_depth gauge
workqueue_depth{name="deployment"} 3
workqueue_depth{name="job"} 0
workqueue_depth_more{name="job"} 9
odd{text="a \\"quoted\\", {braced} and \\\\ \\n line",other="b"} 1.5e+3 1700000000
bare 7
`

test('the series that are asked for, with their labels', () => {
  const found = readSeries(text, new Set(['workqueue_depth', 'odd', 'bare', 'missing']))
  expect(found.get('workqueue_depth')).toEqual([
    { labels: { name: 'deployment' }, value: 3 },
    { labels: { name: 'job' }, value: 0 },
  ])
  expect(found.get('odd')).toEqual([{ labels: { text: 'a "quoted", {braced} and \\ \n line', other: 'b' }, value: 1500 }])
  expect(found.get('bare')).toEqual([{ labels: {}, value: 7 }])
  expect([...found.keys()].sort()).toEqual(['bare', 'odd', 'workqueue_depth'])
  expect(readSeries('', new Set(['bare'])).size).toBe(0)
})

test('every series as it is written, and those that only grow', () => {
  const { values, counters } = allSeries(`${text}# TYPE seen counter
seen{at="a b"} 4
# TYPE took histogram
took_bucket{le="1"} 2
took_count 3
took_sum 1.5
`)
  expect([...values]).toEqual([
    ['workqueue_depth{name="deployment"}', '3'],
    ['workqueue_depth{name="job"}', '0'],
    ['workqueue_depth_more{name="job"}', '9'],
    ['odd{text="a \\"quoted\\", {braced} and \\\\ \\n line",other="b"}', '1.5e+3'],
    ['bare', '7'],
    ['seen{at="a b"}', '4'],
    ['took_bucket{le="1"}', '2'],
    ['took_count', '3'],
    ['took_sum', '1.5'],
  ])
  expect([...counters]).toEqual(['seen{at="a b"}', 'took_bucket{le="1"}', 'took_count', 'took_sum'])
  expect(allSeries('<html>').values.size).toBe(0)
})
