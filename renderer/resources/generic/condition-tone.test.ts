import { expect, test } from 'vitest'
import { conditionTone } from './condition-tone.ts'

test.each([
  ['Ready', 'True', 'ok'],
  ['Ready', 'False', 'warn'],
  ['Ready', 'Unknown', 'warn'],
  ['MemoryPressure', 'False', 'ok'],
  ['MemoryPressure', 'True', 'bad'],
  ['MemoryPressure', 'Unknown', 'warn'],
  ['ReplicaFailure', 'True', 'bad'],
  ['ControllerResizeError', 'True', 'bad'],
  ['Denied', 'True', 'bad'],
  // An autoscaler at its most, and one that has pods.
  ['ScalingLimited', 'True', 'warn'],
  ['ScalingLimited', 'False', 'ok'],
  ['ScaledToZero', 'False', 'muted'],
  // A namespace that goes, and one whose contents are gone.
  ['NamespaceContentRemaining', 'True', 'busy'],
  ['NamespaceContentRemaining', 'False', 'muted'],
  ['Terminating', 'True', 'busy'],
  ['FileSystemResizePending', 'True', 'busy'],
  // Its node has no room for it: nothing goes on.
  ['PodResizePending', 'True', 'warn'],
  ['Suspended', 'True', 'warn'],
  ['boats.example.com/Afloat', 'True', 'ok'],
])('%s is %s: %s', (type, status, tone) => expect(conditionTone({ type, status })).toBe(tone))
