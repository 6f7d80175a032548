import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readAdmissionConfiguration } from './configuration.ts'
import { defaultPodSecurity } from './pod-security.ts'
import { readPodSecurityConfiguration } from './pod-security-configuration.ts'

const HEAD = { apiVersion: 'pod-security.admission.config.k8s.io/v1', kind: 'PodSecurityConfiguration' }

describe('a PodSecurityConfiguration', () => {
  test('without anything is the default', () => {
    expect(readPodSecurityConfiguration(HEAD)).toEqual(defaultPodSecurity)
  })

  test('says what holds where namespaces say nothing, and for whom nothing holds', () => {
    const exemptions = { usernames: ['u'], namespaces: ['kube-system'], runtimeClasses: ['vm.example'] }
    expect(
      readPodSecurityConfiguration({
        ...HEAD,
        defaults: { enforce: 'baseline', 'enforce-version': 'v1.30', warn: 'restricted' },
        exemptions,
      }),
    ).toEqual({
      defaults: {
        enforce: { level: 'baseline', version: 30 },
        audit: { level: 'privileged', version: 'latest' },
        warn: { level: 'restricted', version: 'latest' },
      },
      exemptions,
    })
  })

  test('that is wrong says where', () => {
    const wrong = {
      defaults: { enforce: 'x', 'warn-version': '1' },
      exemptions: { usernames: [''], namespaces: ['a', 'a'], runtimeClasses: ['A'] },
    }
    expect(() => readPodSecurityConfiguration({ ...HEAD, ...wrong })).toThrow(
      /^PodSecurity invalid: \[defaults\.enforce: Invalid value: "x": must be one of privileged, baseline, restricted, defaults\.warn-version: Invalid value: "1": must be "latest" or "v1\.x", exemptions\.namespaces\[1\]: Duplicate value: "a", exemptions\.runtimeClasses\[0\]: Invalid value: "A": .*, exemptions\.usernames\[0\]: Invalid value: "": username must not be empty\]$/,
    )
    expect(() => readPodSecurityConfiguration({ ...HEAD, kind: 'Other' })).toThrow(
      'no kind "Other" is registered for version "pod-security.admission.config.k8s.io/v1"',
    )
  })
})

describe('an AdmissionConfiguration', () => {
  const dir = mkdtempSync(join(tmpdir(), 'admission-'))
  afterAll(() => rmSync(dir, { recursive: true, force: true }))
  const write = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text)
    return join(dir, name)
  }

  test('holds what plugins are told, or names a file that does', () => {
    write('other.yaml', 'a: 1\n')
    const file = write(
      'config.yaml',
      'apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n- name: PodSecurity\n  configuration: {kind: X}\n- name: Other\n  path: other.yaml\n- name: Bare\n',
    )
    expect([...readAdmissionConfiguration(file)]).toEqual([
      ['PodSecurity', { kind: 'X' }],
      ['Other', { a: 1 }],
      ['Bare', undefined],
    ])
  })

  test('that cannot be read says so', () => {
    expect(() => readAdmissionConfiguration(join(dir, 'missing'))).toThrow(
      /^unable to read admission control configuration from ".*missing" \[/,
    )
    expect(() => readAdmissionConfiguration(write('pod.yaml', 'kind: Pod\napiVersion: v1\n'))).toThrow(
      'no kind "Pod" is registered for version "v1"',
    )
  })
})
