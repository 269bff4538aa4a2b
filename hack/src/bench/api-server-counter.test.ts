import { expect, it } from 'vitest';
import { countRequests } from './api-server-counter.ts';

it('counts the changing requests of one group and its status patches', () => {
  const metrics = [
    '# TYPE apiserver_request_total counter',
    'apiserver_request_total{code="200",group="portolan.dev",resource="components",subresource="status",verb="PATCH"} 12',
    'apiserver_request_total{code="409",group="portolan.dev",resource="apis",subresource="status",verb="PATCH"} 1',
    'apiserver_request_total{code="201",group="portolan.dev",resource="components",subresource="",verb="POST"} 7',
    'apiserver_request_total{code="200",group="portolan.dev",resource="components",subresource="",verb="LIST"} 9',
    'apiserver_request_total{code="200",group="apps",resource="deployments",subresource="status",verb="PATCH"} 3',
  ].join('\n');
  expect(countRequests(metrics, 'portolan.dev')).toEqual({ statusPatches: 13, writes: 20 });
});
