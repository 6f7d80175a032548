import { expect, test } from 'vitest'
import { validateEphemeralContainersUpdate, validateResize } from './pod-subresources.ts'
import { validatePod } from './pod.ts'
import type { Pod } from './types.ts'

const container = { name: 'c', image: 'i', terminationMessagePolicy: 'File', imagePullPolicy: 'Always' }
const pod = (mirrors: boolean, spec: object): Pod =>
  ({
    metadata: { name: 'p', namespace: 'n', ...(mirrors ? { annotations: { 'kubernetes.io/config.mirror': 'x' } } : {}) },
    spec: { containers: [container], restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', terminationGracePeriodSeconds: 30, ...spec },
  }) as unknown as Pod

// `[]` is what the original's field.NewPath("") shows.
test.each<[string, Pod, (of: Pod) => unknown]>([
  ['static pods do not support resource claims', pod(true, { nodeName: 'n', resourceClaims: [{ name: 'a' }] }), validatePod],
  ['static pods do not support ephemeral containers', pod(true, { nodeName: 'n' }), (p) => validateEphemeralContainersUpdate(p, p)],
  ['static pods cannot be resized', pod(true, { nodeName: 'n' }), (p) => validateResize(p, p)],
  ['windows pods cannot be resized', pod(false, { os: { name: 'windows' } }), (p) => validateResize(p, p)],
])('%s, which is wrong with no field in particular', (why, of, validate) => {
  expect(validate(of)).toEqual([expect.objectContaining({ type: 'FieldValueForbidden', field: '[]', body: `Forbidden: ${why}` })])
})
