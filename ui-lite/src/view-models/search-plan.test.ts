import { describe, expect, it } from 'vitest';
import { refPlan, textPlan } from './search-plan.ts';

const namespaces = ['commerce', 'payments', 'org'];
const values = (text: string) => refPlan(text, namespaces)?.filter;

describe('a search text', () => {
  it('is looked for in names, titles and descriptions', () => {
    expect(textPlan('Pay').fullText).toMatchObject({ term: 'Pay', fields: expect.arrayContaining(['metadata.title']) });
    expect(textPlan('')).toEqual({});
  });

  it('reads as a whole ref', () => {
    expect(values('Component:payments/Pay')).toEqual({
      all: [
        { key: 'kind', values: ['component'] },
        { key: 'metadata.namespace', values: ['payments'] },
        { key: 'metadata.name', prefix: 'pay' },
      ],
    });
  });

  it('reads as the middle of a ref', () => {
    expect(values('nts/pay')).toEqual({
      all: [
        { key: 'metadata.namespace', values: ['payments'] },
        { key: 'metadata.name', prefix: 'pay' },
      ],
    });
    expect(values('onent:pay')).toEqual({
      all: [
        { key: 'kind', values: ['component'] },
        { key: 'metadata.namespace', values: ['payments'] },
      ],
    });
  });

  it.each(['pay', 'robot:payments/x', 'component:nowhere/x', 'and / or', ''])('%j is no piece of a ref', (text) => {
    expect(values(text)).toBeUndefined();
  });
});
