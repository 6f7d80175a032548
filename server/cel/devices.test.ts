import { expect, test } from 'vitest'
import { deviceSelector, type DeviceInput } from './devices.ts'

const gpu: DeviceInput = {
  driver: 'gpu.example.com',
  attributes: {
    model: { string: 'a100' },
    index: { int: 3 },
    shared: { bool: true },
    'gpu.example.com/driverVersion': { version: '1.10.0' },
    'other.example.com/model': { string: 'x' },
  },
  capacity: { memory: { value: '80Gi' } },
}

test.each([
  ['device.driver == "gpu.example.com"', true],
  ['device.attributes["gpu.example.com"].model == "a100"', true],
  ['device.attributes["other.example.com"].model == "a100"', false],
  ['device.attributes["gpu.example.com"].index > 2 && device.attributes["gpu.example.com"].shared', true],
  ['device.attributes["gpu.example.com"].driverVersion.compareTo(semver("1.9.0")) > 0', true],
  ['device.capacity["gpu.example.com"].memory.compareTo(quantity("40Gi")) >= 0', true],
  ['"model" in device.attributes["nobody.example.com"]', false],
  ['device.attributes["nobody.example.com"].?model.orValue("") == "a100"', false],
  ['device.allowMultipleAllocations', false],
  ['true', true],
])('%s', (expression, expected) => {
  expect(deviceSelector(expression)(gpu)).toBe(expected)
})

test('what does not compile, and what cannot be computed', () => {
  expect(() => deviceSelector('device.nope')).toThrow("compilation failed: ERROR: <input>:1:7: undefined field 'nope'")
  expect(() => deviceSelector('"x"')).toThrow('must evaluate to bool or the unknown type, not string')
  const select = deviceSelector('device.attributes["gpu.example.com"].speed > 1')
  expect(() => select(gpu)).toThrow(
    'no such key: speed. consider using CEL optional chaining (.? followed by orValue()) or guarding the check with has() for optional fields',
  )
})
