import { describe, expect, test, vi } from 'vitest'
import { container, settle, testPod, WorkerBench } from '../testing/worker-host.ts'
import type { Container, Pod, RestartRule } from '../types.ts'

async function run(...args: ConstructorParameters<typeof WorkerBench>): Promise<WorkerBench> {
  const bench = new WorkerBench(...args)
  await bench.start()
  return bench
}

const deleting =
  (grace: number) =>
  (pod: Pod): Pod => ({
    ...pod,
    metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: grace },
  })

describe('towards running', () => {
  test('a pod runs, ready, with an address of the node’s range', async () => {
    const b = await run(testPod({}))
    expect(b.status).toMatchObject({
      phase: 'Running',
      podIP: '10.244.7.2',
      hostIP: '192.0.2.9',
      startTime: '2026-01-01T00:00:00Z',
      qosClass: 'BestEffort',
      observedGeneration: 1,
    })
    expect(b.status.containerStatuses).toMatchObject([{ ready: true, started: true, restartCount: 0, imageID: 'simulated://busybox:1.37' }])
    expect(b.status.conditions?.map((c) => [c.type, c.status])).toEqual([
      ['PodReadyToStartContainers', 'True'],
      ['Initialized', 'True'],
      ['Ready', 'True'],
      ['ContainersReady', 'True'],
      ['PodScheduled', 'True'],
      ['binnacle.dev/Simulated', 'True'],
    ])
    expect(b.events).toEqual([
      'Normal Pulled {c}: Container image "busybox:1.37" already present on machine and can be accessed by the pod',
      'Normal Created {c}: Container created',
      'Normal Started {c}: Container started',
    ])
  })

  test('before it runs it is Pending and creating', async () => {
    const b = await run(testPod({}))
    expect(b.statuses[0]).toMatchObject({ phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }] })
  })

  test('host network has the node’s address', async () => {
    const b = await run(testPod({ hostNetwork: true }))
    expect(b.status.podIP).toBe('192.0.2.9')
  })

  test('init containers one after the other, sidecars stay, then the rest', async () => {
    const b = await run(
      testPod({
        initContainers: [
          container('i1', 'sleep 2'),
          container('side', 'sleep 1000', { restartPolicy: 'Always' }),
          container('i2', 'sleep 2'),
        ],
        containers: [container('a', 'sleep 1000'), container('b', 'sleep 1000')],
      }),
    )
    expect(b.states()).toBe('i1:running side:PodInitializing i2:PodInitializing a:PodInitializing b:PodInitializing')
    expect([b.status.phase, b.condition('Initialized')]).toEqual(['Pending', 'False ContainersNotInitialized'])
    expect(b.status.conditions?.find((c) => c.type === 'Initialized')?.message).toBe('containers with incomplete status: [i1 side i2]')
    await b.advance(2)
    expect(b.states()).toBe('i1:exit 0 side:running i2:running a:PodInitializing b:PodInitializing')
    await b.advance(2)
    expect(b.states()).toBe('i1:exit 0 side:running i2:exit 0 a:running b:running')
    expect([b.status.phase, b.condition('Initialized'), b.condition('Ready')]).toEqual(['Running', 'True', 'True'])
  })

  test('a failing init container is tried again with growing waits, or fails the pod where nothing restarts', async () => {
    const b = await run(testPod({ initContainers: [container('i', 'exit 1')] }))
    expect(b.states()).toBe('i:CrashLoopBackOff c:PodInitializing')
    expect(b.status.phase).toBe('Pending')
    const never = await run(testPod({ restartPolicy: 'Never', initContainers: [container('i', 'exit 1')] }))
    expect([never.states(), never.status.phase]).toEqual(['i:exit 1 c:PodInitializing', 'Failed'])
  })

  test('a pull that fails waits 10 s, 20 s, …', async () => {
    const b = await run(testPod({}, { annotations: { 'simulated.binnacle.dev/pull-error': 'no such image' } }))
    expect(b.status.containerStatuses?.[0]?.state.waiting).toEqual({ reason: 'ErrImagePull', message: 'no such image' })
    await b.advance(1)
    expect(b.states()).toBe('c:ImagePullBackOff')
    expect(b.events).toEqual([
      'Warning Failed {c}: Failed to pull image "busybox:1.37": no such image',
      'Warning Failed {c}: Error: ErrImagePull',
      'Normal BackOff {c}: Back-off pulling image "busybox:1.37"',
      'Warning Failed {c}: Error: ImagePullBackOff',
    ])
    await b.advance(9)
    expect(b.events.filter((e) => e.includes('ErrImagePull'))).toHaveLength(2)
    await b.advance(15)
    expect(b.events.filter((e) => e.includes('ErrImagePull'))).toHaveLength(2)
  })

  test('a sandbox that cannot be made is tried again', async () => {
    const b = new WorkerBench(testPod({}))
    const real = b.runtime.runPodSandbox.bind(b.runtime)
    let failures = 2
    b.runtime.runPodSandbox = (config) => (failures-- > 0 ? Promise.reject(new Error('no addresses')) : real(config))
    await b.start()
    expect(b.events).toEqual(['Warning FailedCreatePodSandBox: Failed to create pod sandbox: no addresses'])
    expect(b.errors).toHaveLength(1)
    await b.advance(10)
    expect(b.status.phase).toBe('Running')
  })
})

describe('restarts', () => {
  test('by a rule of the container’s own, where the pod restarts nothing', async () => {
    const rule = (operator: 'In' | 'NotIn', values: number[]): Partial<Container> => ({
      restartPolicy: 'Never',
      restartPolicyRules: [{ action: 'Restart', exitCodes: { operator, values } }],
    })
    const run42 = (more: Partial<Container>): Promise<WorkerBench> =>
      run(testPod({ restartPolicy: 'Never', containers: [container('c', 'sleep 1; exit 42', more)] }))
    const [listed, other, notListed] = await Promise.all([run42(rule('In', [42])), run42(rule('In', [7])), run42(rule('NotIn', [7]))])
    for (const b of [listed, other, notListed]) await b.advance(1)
    expect([listed.states(), listed.status.containerStatuses?.[0]?.restartCount]).toEqual(['c:running', 1])
    expect([other.states(), other.status.phase]).toEqual(['c:exit 42', 'Failed'])
    expect(notListed.states()).toBe('c:running')
  })

  test('a rule may restart all containers, init containers first, in the same sandbox', async () => {
    const b = await run(
      testPod({
        restartPolicy: 'Never',
        initContainers: [container('i', 'sleep 1')],
        containers: [
          container('c', 'sleep 5; exit 42', {
            restartPolicy: 'Never',
            restartPolicyRules: [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }],
          }),
          container('other', 'sleep 1000'),
        ],
      }),
    )
    await b.advance(1)
    expect([b.states(), b.condition('AllContainersRestarting')]).toEqual(['i:exit 0 c:running other:running', 'False'])
    const { podIP } = b.status
    await b.advance(5)
    expect([b.states(), b.status.podIP]).toEqual(['i:running c:RestartingAllContainers other:RestartingAllContainers', podIP])
    const said = b.statuses.flatMap((s) => s.conditions?.filter((c) => c.type === 'AllContainersRestarting' && c.status === 'True') ?? [])
    expect(said[0]).toMatchObject({ reason: 'RestartAllContainersStarted', message: 'container exited with restart policy rule' })
    expect(b.condition('AllContainersRestarting')).toBe('False')
    expect(b.events).toContain('Normal Killing {other}: killing')
    await b.advance(1)
    expect([b.states(), b.status.phase]).toEqual(['i:exit 0 c:running other:running', 'Running'])
    for (const s of [...b.status.initContainerStatuses!, ...b.status.containerStatuses!]) {
      expect([s.restartCount, s.lastState.terminated?.exitCode, s.lastState.terminated?.reason]).toEqual([
        1,
        137,
        'RestartingAllContainers',
      ])
    }
    await b.advance(7)
    expect(b.status.containerStatuses?.map((s) => s.restartCount)).toEqual([2, 2])
  })

  test('a container that ends at once restarts the others once a second', async () => {
    const restartPolicyRules: RestartRule[] = [{ action: 'RestartAllContainers', exitCodes: { operator: 'NotIn', values: [] } }]
    const b = await run(testPod({ containers: [container('c', 'exit 3', { restartPolicy: 'Never', restartPolicyRules })] }))
    await b.advance(10)
    expect(b.status.containerStatuses?.[0]?.restartCount).toBeGreaterThanOrEqual(9)
    expect(b.status.containerStatuses?.[0]?.restartCount).toBeLessThanOrEqual(11)
  })

  test('CrashLoopBackOff: at once, then after 10, 20, 40, 80, 160 and 300 seconds', async () => {
    const b = await run(testPod({ containers: [container('c', 'exit 3')] }))
    const starts: number[] = []
    let seen = 0
    for (let second = 0; second < 1000; second++) {
      const count = b.status.containerStatuses![0]!.restartCount
      while (seen <= count) {
        starts.push(second)
        seen++
      }
      await b.advance(1)
    }
    expect(starts.map((s, i) => (i === 0 ? s : s - starts[i - 1]!))).toEqual([0, 0, 10, 20, 40, 80, 160, 300, 300])
    expect(b.status.containerStatuses![0]).toMatchObject({
      ready: false,
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container=c pod=p_ns(u1)' } },
      lastState: { terminated: { exitCode: 3, reason: 'Error' } },
    })
    expect(b.events.filter((e) => e.startsWith('Warning BackOff'))[0]).toBe(
      'Warning BackOff {c}: Back-off restarting failed container c in pod p_ns(u1)',
    )
    expect(b.status.phase).toBe('Running')
  })

  test('ten quiet minutes and the waits begin anew', async () => {
    const b = await run(testPod({ containers: [container('c', 'sleep 700; exit 1')] }))
    await b.advance(3 * 702)
    expect(b.status.containerStatuses![0]!.restartCount).toBe(3)
    expect(b.events.filter((e) => e.includes('BackOff'))).toEqual([])
  })

  test.for([
    ['Never', 'exit 0', 'Succeeded', 'True PodCompleted', 'False PodCompleted'],
    ['Never', 'exit 1', 'Failed', 'True', 'False PodFailed'],
    ['OnFailure', 'exit 0', 'Succeeded', 'True PodCompleted', 'False PodCompleted'],
  ] as const)('%s and %s: %s', async ([restartPolicy, script, phase, initialized, ready]) => {
    const b = await run(testPod({ restartPolicy, containers: [container('c', script)] }))
    await b.advance(600)
    expect([b.status.phase, b.condition('Initialized'), b.condition('Ready'), b.condition('PodReadyToStartContainers')]).toEqual([
      phase,
      initialized,
      ready,
      'False PodSandboxNotReady',
    ])
    expect(b.status.containerStatuses![0]!.restartCount).toBe(0)
  })

  test('OnFailure restarts a failure', async () => {
    const b = await run(testPod({ restartPolicy: 'OnFailure', containers: [container('c', 'exit 1')] }))
    await b.advance(15)
    expect([b.status.phase, b.status.containerStatuses![0]!.restartCount]).toEqual(['Running', 2])
  })

  test('a sidecar does not keep a finished pod', async () => {
    const side = container('side', 'sleep 1000', { restartPolicy: 'Always' })
    const b = await run(testPod({ restartPolicy: 'Never', initContainers: [side], containers: [container('c', 'sleep 5')] }))
    await b.advance(5)
    expect([b.status.phase, b.states()]).toEqual(['Succeeded', 'side:exit 143 c:exit 0'])
  })

  test('one dead container each is kept', async () => {
    const b = await run(testPod({ containers: [container('c', 'exit 1')] }))
    await b.advance(200)
    const { containers } = (await b.runtime.status('u1'))!
    expect(containers.map((c) => c.state)).toEqual(['exited', 'exited'])
    expect(containers[0]!.attempt - containers[1]!.attempt).toBe(1)
  })
})

describe('the end', () => {
  test('deleted: stopped, its last status written, the object deleted, the sandbox removed', async () => {
    const b = await run(testPod({}))
    await b.update(deleting(30))
    expect(b.events.at(-1)).toBe('Normal Killing {c}: Stopping container c')
    expect(b.status).toMatchObject({ phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: 143 } } }] })
    expect(b.deleted).toEqual(['u1'])
    expect(await b.runtime.status('u1')).toBeUndefined()
    b.worker.remove()
    await settle()
    expect(b.forgotten).toEqual(['u1'])
  })

  test('what ignores SIGTERM is killed when its grace is over, or sooner when the grace is made shorter', async () => {
    const stubborn = { annotations: { 'simulated.binnacle.dev/ignore-sigterm': 'true' } }
    const b = await run(testPod({}, stubborn))
    await b.update(deleting(30))
    await b.advance(29)
    expect([b.deleted, b.states()]).toEqual([[], 'c:running'])
    await b.advance(1)
    expect([b.deleted, b.states()]).toEqual([['u1'], 'c:exit 137'])

    const hurried = await run(testPod({}, stubborn))
    await hurried.update(deleting(30))
    await hurried.advance(5)
    await hurried.update(deleting(2))
    await hurried.advance(2)
    expect([hurried.deleted, hurried.states()]).toEqual([['u1'], 'c:exit 137'])
  })

  test('sidecars are stopped after the others, the last one first', async () => {
    const side = (name: string) => container(name, 'sleep 1000', { restartPolicy: 'Always' })
    const b = await run(testPod({ initContainers: [side('s1'), side('s2')] }))
    await b.update(deleting(30))
    expect(b.events.filter((e) => e.includes('Killing')).map((e) => e.split('{')[1]!.split('}')[0])).toEqual(['c', 's2', 's1'])
  })

  test('an object that finalizers hold is deleted once', async () => {
    const b = await run(testPod({}))
    await b.update(deleting(30))
    await b.update(deleting(0))
    await b.update(deleting(0))
    expect(b.deleted).toEqual(['u1'])
  })

  test('gone from the API without a word: stopped and forgotten, nothing written', async () => {
    const b = await run(testPod({}))
    const written = b.statuses.length
    b.worker.remove()
    await settle()
    expect([b.forgotten, b.deleted, b.statuses.length]).toEqual([['u1'], [], written])
    expect(await b.runtime.list()).toEqual([])
  })

  test('activeDeadlineSeconds', async () => {
    const b = await run(testPod({ activeDeadlineSeconds: 20 }))
    await b.advance(19)
    expect(b.status.phase).toBe('Running')
    await b.advance(1)
    expect(b.status).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    })
    expect(b.states()).toBe('c:exit 143')
    expect(b.deleted).toEqual([])
  })

  test('refused: Failed, never started, and deleted when asked', async () => {
    const b = new WorkerBench(testPod({}))
    b.worker.reject({ reason: 'OutOfpods', message: "Node didn't have enough resource: pods, requested: 1, used: 110, capacity: 110" })
    await b.start()
    expect(b.status).toMatchObject({
      phase: 'Failed',
      reason: 'OutOfpods',
      message: "Pod was rejected: Node didn't have enough resource: pods, requested: 1, used: 110, capacity: 110",
    })
    expect(b.events).toEqual(["Warning OutOfpods: Node didn't have enough resource: pods, requested: 1, used: 110, capacity: 110"])
    expect(await b.runtime.list()).toEqual([])
    await b.update(deleting(0))
    expect(b.deleted).toEqual(['u1'])
  })
})

describe('after a restart of the agent', () => {
  test('a runtime that kept its containers is adopted as it is', async () => {
    const first = await run(testPod({}))
    first.worker.dispose()
    const next = new WorkerBench({ ...testPod({}), status: first.status }, first.runtime)
    await next.start()
    expect(next.events).toEqual([])
    expect(next.status.containerStatuses).toEqual(first.status.containerStatuses)
  })

  test('a runtime that lost them starts anew and counts on', async () => {
    const first = await run(testPod({}))
    const next = await run({ ...testPod({}), status: first.status })
    expect(next.events[0]).toBe('Normal SandboxChanged: Pod sandbox changed, it will be killed and re-created.')
    expect(next.status).toMatchObject({ phase: 'Running', containerStatuses: [{ restartCount: 1 }] })
  })

  test('a lost pod that never restarts is Failed', async () => {
    const first = await run(testPod({ restartPolicy: 'Never' }))
    first.worker.dispose()
    const durable = Object.assign(first.runtime, { volatile: false })
    for (const { sandbox } of await durable.list()) await durable.removePodSandbox(sandbox.id)
    const next = new WorkerBench({ ...testPod({ restartPolicy: 'Never' }), status: first.status }, durable)
    await next.start()
    expect(next.status).toMatchObject({
      phase: 'Failed',
      containerStatuses: [{ state: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } } }],
    })
    expect(await next.runtime.list()).toEqual([])
  })

  test('where containers end with the agent one that never restarts goes on, and what had ended stays so', async () => {
    const spec = { restartPolicy: 'Never', containers: [container('long', 'sleep 60'), container('done', 'exit 3')] } as const
    const first = await run(testPod({ ...spec, containers: [...spec.containers] }))
    expect(first.states()).toBe('long:running done:exit 3')
    const next = await run({ ...testPod({ ...spec, containers: [...spec.containers] }), status: first.status })
    expect((await next.runtime.list())[0]?.containers.map(({ name, state }) => [name, state])).toEqual([['long', 'running']])
    const [long, done] = next.status.containerStatuses!
    expect([next.status.phase, long?.restartCount, long?.lastState]).toEqual(['Running', 0, {}])
    expect(done).toEqual(first.status.containerStatuses![1])
    await next.advance(60)
    expect(next.status.phase).toBe('Failed')
    expect(next.status.containerStatuses![0]!.state.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' })
  })

  test('a finished pod stays as it is', async () => {
    const first = await run(testPod({ restartPolicy: 'Never', containers: [container('c', 'exit 0')] }))
    const next = await run({ ...testPod({ restartPolicy: 'Never' }), status: first.status })
    expect([next.statuses, next.events]).toEqual([[], []])
  })
})

describe('many containers, many pods', () => {
  test('a pod of hundreds of containers is looked at once a second', async () => {
    const containers = Array.from({ length: 501 }, (_, i) => container(`c${i}`, 'sleep 1000'))
    const b = await run(testPod({ containers }))
    await vi.waitFor(() => expect(b.status.phase).toBe('Running'), { timeout: 20_000, interval: 5 })
    const looks = vi.spyOn(b.runtime, 'status')
    const stop = async (i: number): Promise<void> => {
      await b.runtime.stopContainer(b.status.containerStatuses![i]!.containerID!.slice('simulated://'.length), 0)
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
    await stop(0)
    await stop(1)
    expect(looks).not.toHaveBeenCalled()
    b.clock.advance(1000)
    await vi.waitFor(() => expect(b.status.containerStatuses!.filter((s) => s.restartCount === 1)).toHaveLength(2), {
      timeout: 20_000,
      interval: 5,
    })
    expect(b.status.phase).toBe('Running')
  })

  test('nothing is started before a pod is admitted, and what came meanwhile is not lost', async () => {
    const b = new WorkerBench(testPod({}))
    b.worker.hold()
    b.worker.poke()
    await b.update((pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { a: 'b' } } }))
    await settle()
    expect(b.statuses).toEqual([])
    b.worker.release()
    await settle()
    expect(b.status.phase).toBe('Running')
    expect(b.worker.pod.metadata.labels).toEqual({ a: 'b' })
  })

  test('a sync waits for its turn', async () => {
    const b = new WorkerBench(testPod({}))
    const turn = Promise.withResolvers<void>()
    b.turn = () => turn.promise
    b.worker.poke()
    await settle()
    expect(b.statuses).toEqual([])
    b.turn = () => undefined
    turn.resolve()
    await settle()
    expect(b.status.phase).toBe('Running')
  })
})
