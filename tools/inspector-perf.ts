import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { root, say } from './setup.mjs'
import type { Bench } from './inspector-perf/bench.ts'
import { measureClusters } from './inspector-perf/clusters.ts'
import { measureList } from './inspector-perf/list.ts'
import { measureLogs } from './inspector-perf/logs.ts'
import { report } from './inspector-perf/report.ts'
import { measureViews } from './inspector-perf/views.ts'

/*
 * The inspector's figures in Chromium against the product as it is started, held to the budgets of the design:
 *   npm run perf:inspector -- [--only PART,PART] [--pods 30000] [--rate 1000] [--seconds 10] [--dist DIR] [--profile FILE]
 */
const parts: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  list: measureList,
  logs: measureLogs,
  views: measureViews,
  clusters: measureClusters,
}

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    pods: { type: 'string', default: '30000' },
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '10' },
    dist: { type: 'string', default: join(root, 'dist') },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
    profile: { type: 'string' },
  },
})

async function main(): Promise<number> {
  const names = flags.only?.split(',') ?? Object.keys(parts)
  const unknown = names.find((name) => !Object.hasOwn(parts, name))
  if (unknown !== undefined) {
    say(`There is no part "${unknown}"; the parts are ${Object.keys(parts).join(', ')}.`)
    return 2
  }
  const { rows, note } = report()
  for (const name of names) {
    // A browser of its own: what a part leaves behind is not the next one's.
    const browser = await chromium.launch({ executablePath: flags.chromium, args: ['--no-sandbox', '--enable-precise-memory-info'] })
    try {
      await parts[name]?.({
        note,
        browser,
        dist: flags.dist,
        pods: Number(flags.pods),
        rate: Number(flags.rate),
        seconds: Number(flags.seconds),
        profile: flags.profile,
      })
    } finally {
      await browser.close()
    }
  }
  process.stdout.write(`${rows.map((r) => `| ${r.what} | ${r.figure} | ${r.budget ?? ''} |`).join('\n')}\n`)
  return rows.some((r) => r.met === false) ? 1 : 0
}

process.exitCode = await main()
