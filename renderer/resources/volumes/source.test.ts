import { expect, test } from 'vitest'
import { volumeSource } from './source.ts'

test('where a volume’s bytes are', () => {
  const spec = { capacity: { storage: '1Gi' }, claimRef: { name: 'data' }, accessModes: ['ReadWriteOnce'], nodeAffinity: { required: {} } }
  expect(volumeSource({ ...spec, csi: { driver: 'ebs.example', volumeHandle: 'vol-1', volumeAttributes: { a: 'b' } } })).toBe(
    'csi driver=ebs.example volumeHandle=vol-1',
  )
  expect(volumeSource({ ...spec, hostPath: { path: '/srv' } })).toBe('hostPath path=/srv')
  expect(volumeSource(spec)).toBe('')
  expect(volumeSource(undefined)).toBe('')
})
