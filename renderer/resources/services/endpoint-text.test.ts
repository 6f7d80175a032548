import { expect, test } from 'vitest'
import { endpointText } from './endpoint-text.ts'

test.each([
  ['10.0.0.1', [8080], '10.0.0.1:8080'],
  ['10.0.0.1', [80, 443], '10.0.0.1:80,443'],
  ['fd00::1', [80], '[fd00::1]:80'],
  ['fd00::1', [], 'fd00::1'],
  ['10.0.0.1', [null], '10.0.0.1:*'],
])('%s with the ports %j is %s', (address, ports, text) => expect(endpointText(address, ports)).toBe(text))
