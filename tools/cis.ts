import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { page } from '../e2e/server/cis.items.ts'
import { root } from './setup.mjs'

/** `node tools/cis.ts` writes docs/cis-benchmark.md from the table that e2e/server/cis.test.ts checks. */
writeFileSync(join(root, 'docs/cis-benchmark.md'), page())
