import { describe, expect, test } from 'vitest'
import type { FieldError } from '../../../machinery/field-errors.ts'
import type { JsonObject } from '../../../machinery/json-walk.ts'
import { validateSigningRequest } from '../../certificates/v1/certificatesigningrequest.ts'
import { validateConfigMap, validateSecret } from './config-data.ts'
import { validatePod } from './pod.ts'
import type { Pod } from './types.ts'

/** A client's list of faults: ten thousand are told (machinery/field-errors.ts), and nobody works out the others. */
const FAULTS = 30_000
const TOLD = 10_000
/** What one more item may add before the end is seen. */
const SPARE = 10

const list = <T>(make: (i: number) => T): T[] => Array.from({ length: FAULTS }, (_, i) => make(i))
const keys = (): Record<string, string> => Object.fromEntries(list((i) => [`k/${i}`, '']))
const pod = (spec: object): Pod => ({ metadata: { name: 'p', namespace: 'default' }, spec }) as unknown as Pod
const good = { name: 'c', image: 'i', terminationMessagePolicy: 'File', imagePullPolicy: 'Always' }

const CASES: readonly [string, () => FieldError[]][] = [
  ['keys of a config map', () => validateConfigMap({ metadata: {}, data: keys() })],
  ['binary keys of a config map', () => validateConfigMap({ metadata: {}, binaryData: keys() })],
  ['keys of a secret', () => validateSecret({ metadata: {}, data: keys() })],
  ['containers of one name', () => validatePod(pod({ containers: list(() => good) }))],
  ['init containers of one name', () => validatePod(pod({ containers: [good], initContainers: list(() => good) }))],
  ['names of containers', () => validatePod(pod({ containers: list((i) => ({ ...good, name: `C_${i}` })) }))],
  [
    'usages of a signing request',
    () =>
      validateSigningRequest(
        { metadata: {}, spec: { usages: list((i) => `u${i}`), signerName: 'a.io/b' } } as unknown as JsonObject,
        undefined,
      ),
  ],
]

describe('thirty thousand faults', () => {
  test.each(CASES)('%s: as many are worked out as are told', (_, validate) => {
    const { length } = validate()
    expect(length).toBeGreaterThanOrEqual(TOLD)
    expect(length).toBeLessThan(TOLD + SPARE)
  })
})
