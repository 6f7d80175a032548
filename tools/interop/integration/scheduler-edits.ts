import type { Edit } from './edit.ts'

const after = (text: string, more: string): Edit => [text, undefined, `${text}${more}`]

/**
 * What has our scheduler do the work of the one in the process of Kubernetes' integration tests: its loop is a start of scheduler.ts
 * (scheduler.go), its queue tells what is seen of that. The rest stays: informers, cache and queue, which nobody takes pods from.
 */
export const schedulerEdits: Readonly<Record<string, readonly Edit[]>> = {
  'pkg/scheduler/scheduler.go': [
    after('type Scheduler struct {\n', '\tgiven schedulerOptions\n\n'),
    after('\tsched := &Scheduler{\n', '\t\tgiven: options,\n'),
    after('\tsched.NextEntity = podQueue.Pop\n', '\tsched.leaveToProgram()\n'),
    after('func (sched *Scheduler) Run(ctx context.Context) {\n', '\tif sched.runProgram(ctx) {\n\t\treturn\n\t}\n'),
  ],
  'pkg/scheduler/schedule_one.go': [
    after('func (sched *Scheduler) ScheduleOne(ctx context.Context) {\n', '\tif sched.scheduleByProgram(ctx) {\n\t\treturn\n\t}\n'),
  ],
  // Pods that come back are bound, of which the test's own handlers hear too.
  'test/integration/scheduler/queueing/queue.go': [
    ['vec.GetAggregatedSampleCount() != count', undefined, 'vec.GetAggregatedSampleCount() < count'],
  ],
  // Its filter lets all through where it has so many tokens.
  'test/integration/scheduler/preemption/preemption_test.go': [
    [
      `							testCtx := testutils.InitTestSchedulerWithOptions(t,
								withNewNamespace(t, sharedAPICtx, "preemption"),
								0,
								scheduler.WithProfiles(cfg.Profiles...),
								scheduler.WithFrameworkOutOfTreeRegistry(registry))
`,
      undefined,
      `							opts := []scheduler.Option{scheduler.WithProfiles(cfg.Profiles...), scheduler.WithFrameworkOutOfTreeRegistry(registry)}
							if scheduler.NotJudged(opts...) != "" && test.initTokens == maxTokens && !test.genericWorkloadEnabled {
								opts = nil
							}
							testCtx := testutils.InitTestSchedulerWithOptions(t, withNewNamespace(t, sharedAPICtx, "preemption"), 0, opts...)
`,
    ],
  ],
  // Its pods are looked at for whether they run until all are there, which should not be before anybody schedules them.
  'test/integration/daemonset/daemonset_test.go': [
    ['\tgo sched.Run(tCtx)\n', undefined, '\tsched.StartProgram(tCtx)\n\tgo sched.Run(tCtx)\n'],
  ],
  'test/integration/util/util.go': [
    // Tests wait five seconds from here on.
    [
      '\tgo testCtx.Scheduler.Run(testCtx.SchedulerCtx)\n\treturn testCtx\n',
      undefined,
      '\ttestCtx.Scheduler.StartProgram(testCtx.SchedulerCtx)\n\tgo testCtx.Scheduler.Run(testCtx.SchedulerCtx)\n\treturn testCtx\n',
    ],
    // A chain of a test's own stands for the plugins in it.
    ['\t\tModifyServerConfig: func(config *controlplane.Config) {\n', '\t})\n\n\t// Support wrapping', ''],
    ['\t"k8s.io/kubernetes/pkg/controlplane"\n', undefined, ''],
    [
      '\t\t\tif options.APIEnablement.RuntimeConfig == nil {\n',
      undefined,
      `			chain := options.Admission.GenericAdmission
			switch kind := fmt.Sprintf("%T", admission); kind {
			case "<nil>":
			case "*priority.Plugin":
				chain.DisablePlugins = []string{"ServiceAccount", "TaintNodesByCondition", "StorageObjectInUseProtection"}
			case "*podtolerationrestriction.Plugin":
				chain.EnablePlugins = []string{"PodTolerationRestriction"}
			// In test/integration/node: of that plugin and DefaultTolerationSeconds.
			case "admission.chainAdmissionHandler":
				chain.EnablePlugins = []string{"PodTolerationRestriction"}
			default:
				t.Skip("it changes the admission of a server in memory: " + kind)
			}
			if options.APIEnablement.RuntimeConfig == nil {
`,
    ],
    [
      '\tctx, cancel := context.WithCancel(testCtx.Ctx)\n\ttestCtx.SchedulerCtx = ctx\n',
      undefined,
      `	if why := scheduler.NotJudged(opts...); why != "" {
		t.Skip(why)
	}
	ctx, cancel := context.WithCancel(testCtx.Ctx)
	testCtx.SchedulerCtx = ctx
`,
    ],
    [
      '\tclientSet := tCtx.Client()\n\tinformerFactory := scheduler.NewInformerFactory(clientSet, 0, nil)\n',
      undefined,
      `	if why := scheduler.NotJudged(scheduler.WithFrameworkOutOfTreeRegistry(outOfTreePluginRegistry)); why != "" {
		tCtx.Skip(why)
	}
	clientSet := tCtx.Client()
	informerFactory := scheduler.NewInformerFactory(clientSet, 0, nil)
`,
    ],
  ],
}
