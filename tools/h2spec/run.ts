import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What h2spec says of one case. */
export interface Verdict {
  /** As h2spec takes it on its command line: `http2/6.5.3/1`. */
  readonly id: string
  readonly title: string
  readonly state: 'passed' | 'failed' | 'skipped'
  /** What was expected and what came, of a case that failed. */
  readonly why: string
}

export interface Place {
  readonly port: number
  readonly tls: boolean
  readonly path: string
}

/** Runs these cases, or all of them. */
export async function runCases(program: string, { port, tls, path }: Place, only: readonly string[] = []): Promise<Verdict[]> {
  const dir = mkdtempSync(join(tmpdir(), 'binnacle-h2spec-'))
  try {
    const report = join(dir, 'report.xml')
    const args = [
      ...only,
      '--port',
      String(port),
      '--path',
      path,
      '--strict',
      '--junit-report',
      report,
      ...(tls ? ['--tls', '--insecure'] : []),
    ]
    // It ends with an error when a case fails, which the report tells better.
    await new Promise<void>((done) => void execFile(program, args, { maxBuffer: 1 << 26 }, () => done()))
    return readReport(readFileSync(report, 'utf8'))
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

const CASE = /<testcase package="([^"]*)" classname="([^"]*)"[^>]*>([^]*?)<\/testcase>/g

/** The program's JUnit report; cases have no numbers there, but come in their order. */
export function readReport(xml: string): Verdict[] {
  const counts = new Map<string, number>()
  return [...xml.matchAll(CASE)].map(([, section = '', title = '', inside = '']) => {
    const n = (counts.get(section) ?? 0) + 1
    counts.set(section, n)
    const state = inside.includes('<skipped') ? 'skipped' : /<(?:failure|error)/.test(inside) ? 'failed' : 'passed'
    const why = /<(?:failure|error)[^>]*>([^]*?)<\//.exec(inside)?.[1] ?? ''
    return { id: `${section}/${n}`, title: unescaped(title), state, why: unescaped(why).trim() }
  })
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&amp;': '&',
  '&#34;': '"',
  '&#39;': "'",
  '&#xA;': '\n',
}
const unescaped = (text: string): string => text.replace(/&[#\w]+;/g, (e) => ENTITIES[e] ?? e)
