import { describe, expect, test } from 'vitest'
import { allowedAddresses, isGlobalUnicast, LocalKubelets, type AddressRules, type ResolvedAddress } from './address.ts'
import type { ProxyTarget } from './target.ts'

const kubelets = new LocalKubelets()
kubelets.add('127.0.0.1', 10250)

const rulesFor = (...found: string[]): AddressRules => ({
  kubelets,
  ownPort: 6443,
  ownAddresses: () => ['127.0.0.1', '::1', '192.0.2.2', 'fd00::2'],
  resolve: () => Promise.resolve(found.map((address): ResolvedAddress => ({ address, family: address.includes(':') ? 6 : 4 }))),
})
const to = (host: string, port = 8080, more: Partial<ProxyTarget> = {}): ProxyTarget => ({
  protocol: 'https:',
  host,
  port,
  asKubeletClient: false,
  ...more,
})
const refused = { code: 400, message: 'address not allowed' }

describe('addresses that a proxy leads to', () => {
  test.each([
    '10.0.0.1',
    '192.168.1.1',
    '0.0.0.1',
    '8.8.8.8',
    '223.255.255.255',
    '::2',
    'fd00::1',
    '2001:db8::1',
    '::ffff:10.0.0.1',
    'fec0::1',
  ])('%s', async (address) => {
    expect(isGlobalUnicast(address)).toBe(true)
    expect(await allowedAddresses(to(address), rulesFor())).toEqual([{ address, family: address.includes(':') ? 6 : 4 }])
  })

  test.each([
    ...['127.0.0.1', '127.255.255.254', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::ffff:7f00:1', '0.0.0.0', '::', '::ffff:0.0.0.0'],
    ...[
      '169.254.169.254',
      '::ffff:169.254.169.254',
      'fe80::1',
      'febf::1',
      '224.0.0.1',
      '239.1.1.1',
      'ff02::1',
      '255.255.255.255',
      'fe80::1%lo',
    ],
  ])('but not %s', async (address) => {
    expect(isGlobalUnicast(address)).toBe(false)
    await expect(allowedAddresses(to(address), rulesFor())).rejects.toMatchObject(refused)
    await expect(allowedAddresses(to(address, 10251, { asKubeletClient: true }), rulesFor())).rejects.toMatchObject(refused)
  })

  test.each(['0x7f.1', '2130706433', '0', '017700000001', '127.1', 'localhost', 'rebinding.example'])(
    'a name is what it resolves to: %s',
    async (host) => {
      await expect(allowedAddresses(to(host), rulesFor('127.0.0.1'))).rejects.toMatchObject(refused)
      await expect(allowedAddresses(to(host), rulesFor('10.0.0.1', '::1'))).rejects.toMatchObject(refused)
      expect(await allowedAddresses(to(host), rulesFor('10.0.0.1', 'fd00::1'))).toHaveLength(2)
    },
  )

  test('the system’s resolver reads old forms of addresses as it connects to them', async () => {
    const { resolve: _, ...rules } = rulesFor()
    await expect(allowedAddresses(to('0x7f.1'), rules)).rejects.toMatchObject({ code: 400 })
    await expect(allowedAddresses(to('2130706433'), rules)).rejects.toMatchObject({ code: 400 })
  })

  test('names without an address', async () => {
    await expect(allowedAddresses(to('none.example'), rulesFor())).rejects.toMatchObject({
      code: 400,
      message: 'no addresses for hostname',
    })
    const rules = { ...rulesFor(), resolve: () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })) }
    await expect(allowedAddresses(to('none.example'), rules)).rejects.toMatchObject({
      code: 400,
      message: 'lookup none.example: no such host',
    })
  })

  test('loopback is for kubelets of this process, as long as they listen', async () => {
    const remove = kubelets.add('127.0.0.1', 10999)
    const again = kubelets.add('::ffff:127.0.0.1', 10999)
    const kubelet = to('127.0.0.1', 10999, { asKubeletClient: true })
    expect(await allowedAddresses(kubelet, rulesFor())).toHaveLength(1)
    expect(await allowedAddresses(to('node.example', 10999, { asKubeletClient: true }), rulesFor('127.0.0.1'))).toHaveLength(1)
    await expect(allowedAddresses(to('127.0.0.1', 10999), rulesFor())).rejects.toMatchObject(refused)
    await expect(allowedAddresses(to('127.0.0.2', 10999, { asKubeletClient: true }), rulesFor())).rejects.toMatchObject(refused)
    remove()
    expect(await allowedAddresses(kubelet, rulesFor())).toHaveLength(1)
    again()
    await expect(allowedAddresses(kubelet, rulesFor())).rejects.toMatchObject(refused)
  })

  test('this server is never one of them', async () => {
    for (const address of ['127.0.0.1', '::ffff:127.0.0.1', '0.0.0.0', '127.9.9.9', '192.0.2.2', '::ffff:192.0.2.2', 'fd00:0::2']) {
      for (const more of [{ anyAddress: true }, { asKubeletClient: true, anyAddress: true }, {}]) {
        await expect(allowedAddresses(to(address, 6443, more), rulesFor())).rejects.toMatchObject(refused)
      }
    }
    expect(await allowedAddresses(to('192.0.2.3', 6443), rulesFor())).toHaveLength(1)
    expect(await allowedAddresses(to('192.0.2.2', 6444), rulesFor())).toHaveLength(1)
    expect(await allowedAddresses(to('127.0.0.1', 10250, { anyAddress: true }), rulesFor())).toHaveLength(1)
  })
})
