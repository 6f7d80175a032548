import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { commandLine } from './command-line.ts'
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

const { values: flags } = commandLine("The inspector's figures in Chromium, held to the budgets of the design.", {
  only: { type: 'string', help: `Parts, with commas: ${Object.keys(parts).join(', ')}.` },
  pods: { type: 'number', default: 30_000, help: 'Pods in the cluster.' },
  rate: { type: 'number', default: 1000, help: 'Changes a second.' },
  seconds: { type: 'number', default: 10, help: 'How long they are measured.' },
  dist: { type: 'string', default: join(root, 'dist'), help: 'Folder of the built product.' },
  chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium', help: 'The browser.' },
  profile: { type: 'string', help: 'File for a CPU profile.' },
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
        pods: flags.pods,
        rate: flags.rate,
        seconds: flags.seconds,
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
