import { expect, test } from 'vitest'
import { KubeletMetrics } from './metrics.ts'

/** Without what depends on this process. */
const lines = (text: string): string[] => text.split('\n').filter((l) => !/^(#|process_|kubernetes_build_info)/.test(l) && l !== '')

test('a node that has done nothing counts nothing, in all of the metrics that need no label', async () => {
  const text = await new KubeletMetrics('n1', 'v1', 5000).text([])
  expect(text).toContain('# TYPE kubelet_started_pods_total counter\nkubelet_started_pods_total 0\n')
  expect(text).toContain('# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds 5\n')
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map((m) => m[1])
  expect(names).toEqual(names.toSorted())
  expect(lines(text).filter((l) => !l.includes('_bucket{'))).toEqual([
    'kubelet_active_pods{static=""} 0',
    'kubelet_desired_pods{static=""} 0',
    'kubelet_node_name{node="n1"} 1',
    'kubelet_pod_start_duration_seconds_sum 0',
    'kubelet_pod_start_duration_seconds_count 0',
    'kubelet_pod_status_sync_duration_seconds_sum 0',
    'kubelet_pod_status_sync_duration_seconds_count 0',
    'kubelet_running_containers{container_state="running"} 0',
    'kubelet_running_containers{container_state="exited"} 0',
    'kubelet_running_containers{container_state="created"} 0',
    'kubelet_running_pods 0',
    'kubelet_started_pods_total 0',
  ])
})

test('what happened is counted', async () => {
  const metrics = new KubeletMetrics('n1', 'v1', 0)
  const ended = metrics.requestBegan(false, 'GET', 'pods')
  metrics.requestBegan(true, 'GET', 'containerLogs')
  ended()
  metrics.podStarted(1500)
  metrics.containerStarted()
  metrics.containerStarted()
  metrics.podSynced(7)
  metrics.statusWritten(50)
  metrics.rejected('OutOfcpu')
  const text = await metrics.text([])
  const pods = 'long_running="false",method="GET",path="pods",server_type="readwrite"'
  for (const line of [
    `kubelet_http_requests_total{${pods}} 1`,
    `kubelet_http_inflight_requests{${pods}} 0`,
    'kubelet_http_inflight_requests{long_running="true",method="GET",path="containerLogs",server_type="readwrite"} 1',
    `kubelet_http_requests_duration_seconds_count{${pods}} 1`,
    'kubelet_pod_start_duration_seconds_bucket{le="1"} 0',
    'kubelet_pod_start_duration_seconds_bucket{le="2"} 1',
    'kubelet_pod_start_duration_seconds_bucket{le="+Inf"} 1',
    'kubelet_started_pods_total 1',
    'kubelet_started_containers_total{container_type="container"} 2',
    'kubelet_pod_worker_duration_seconds_bucket{operation_type="sync",le="0.01"} 1',
    'kubelet_pod_status_sync_duration_seconds_sum 0.05',
    'kubelet_admission_rejections_total{reason="OutOfcpu"} 1',
  ])
    expect(text.split('\n')).toContain(line)
})
