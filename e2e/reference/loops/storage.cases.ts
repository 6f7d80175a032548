import type { Case, Json } from './case.ts'
import { containers, pod, succeeded } from './objects.ts'
import { looks } from './steps.ts'

/** Claims for which the binder looks, and quotas that are counted. Volumes and classes are in no namespace: their names are the case's own. */
const claim = (name: string, storageClassName: string, spec: Json = {}, metadata: Json = {}): Json => ({
  ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, ...metadata } },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName, ...spec },
})
const volume = (name: string, storageClassName: string, spec: Json = {}): Json => ({
  ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name } },
  spec: {
    ...{ accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, persistentVolumeReclaimPolicy: 'Retain' },
    ...{ hostPath: { path: '/data' }, storageClassName, ...spec },
  },
})
const storageClass = (name: string, provisioner: string, more: Json = {}): Json => ({
  ...{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner, ...more },
})
const user = (name: string, claimName: string): Json =>
  pod(name, { containers, volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }] })
const binder = ['persistentvolume-binder-controller']
const counted = ['resourcequota-controller']
const quota = (name: string, hard: Json, more: Json = {}): Json => ({
  ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name }, spec: { hard, ...more } },
})
const asks = (name: string, cpu: string, spec: Json = {}): Json =>
  pod(name, { containers: [{ name: 'c', image: 'i:1', resources: { requests: { cpu }, limits: { cpu } } }], ...spec })

export const storageCases: Case[] = [
  {
    name: 'claims for which there is no volume',
    also: binder,
    steps: [
      {
        create: [
          storageClass('loops-elsewhere', 'example.com/elsewhere'),
          storageClass('loops-waits', 'example.com/elsewhere', { volumeBindingMode: 'WaitForFirstConsumer' }),
          storageClass('loops-manual', 'kubernetes.io/no-provisioner'),
        ],
      },
      {
        create: [
          claim('none', ''),
          claim('absent', 'loops-absent'),
          claim('elsewhere', 'loops-elsewhere'),
          claim('waits', 'loops-waits'),
          claim('manual', 'loops-manual'),
          claim('chosen', 'loops-waits', {}, { annotations: { 'volume.kubernetes.io/selected-node': 'far' } }),
          claim('selects', 'loops-elsewhere', { selector: { matchLabels: { a: 'b' } } }),
        ],
      },
      looks,
      { create: [user('one', 'waits')] },
      { pass: 16 },
    ],
  },
  {
    name: 'claims that fit a volume, and claims that name one',
    also: binder,
    steps: [
      {
        create: [
          storageClass('loops-fits', 'kubernetes.io/no-provisioner'),
          volume('loops-small', 'loops-fits'),
          volume('loops-large', 'loops-fits', { capacity: { storage: '5Gi' } }),
          volume('loops-block', 'loops-fits', { volumeMode: 'Block', capacity: { storage: '7Gi' } }),
        ],
      },
      { create: [claim('fits', 'loops-fits')] },
      looks,
      {
        create: [
          claim('too-small', 'loops-fits', { volumeName: 'loops-large', resources: { requests: { storage: '6Gi' } } }),
          claim('taken', 'loops-fits', { volumeName: 'loops-small' }),
          claim('absent', 'loops-fits', { volumeName: 'loops-nothing' }),
          claim('class', 'loops-other', { volumeName: 'loops-large' }),
          claim('mode', 'loops-fits', { volumeName: 'loops-block' }),
          claim('many', 'loops-fits', { volumeName: 'loops-large', accessModes: ['ReadWriteMany'] }),
        ],
      },
    ],
  },
  {
    name: 'a volume goes that a claim is bound to',
    also: binder,
    steps: [
      { create: [storageClass('loops-lost', 'kubernetes.io/no-provisioner'), volume('loops-lost', 'loops-lost')] },
      { create: [claim('c', 'loops-lost')] },
      { patch: 'persistentvolumes/loops-lost', body: { metadata: { finalizers: null } } },
      { delete: 'persistentvolumes/loops-lost' },
    ],
  },
  {
    name: 'quotas of pods that come, end and go',
    also: counted,
    steps: [
      {
        create: [
          quota('all', { pods: '10', 'requests.cpu': '4', 'limits.cpu': '8', 'count/jobs.batch': '3', configmaps: '9' }),
          quota('best-effort', { pods: '3' }, { scopes: ['BestEffort'] }),
          quota('short', { pods: '5', 'requests.cpu': '1' }, { scopes: ['Terminating'] }),
        ],
      },
      looks,
      { create: [asks('one', '500m'), asks('two', '250m', { activeDeadlineSeconds: 1000 })] },
      looks,
      { report: 'app=one', status: succeeded },
      { delete: 'pods/two', options: { gracePeriodSeconds: 0 } },
      looks,
      { patch: 'resourcequotas/all', body: { spec: { hard: { services: '2', configmaps: null } } } },
    ],
  },
]
