/** Powers of the suffixes of a Kubernetes quantity. */
const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const form = /^([+-]?[0-9.]{1,40})(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?[0-9]{1,3}))?$/;

/**
 * A Kubernetes quantity (`100m`, `128Mi`, `1e3`) as a number: cores, or bytes. Undefined for anything else. Exact below
 * 2^53, as far as a page needs it above.
 */
export function quantity(value: unknown): number | undefined {
  const [, digits = '', suffix = '', exponent] =
    form.exec(typeof value === 'number' ? String(value) : text(value)) ?? [];
  const number = digits === '' ? Number.NaN : Number(digits);
  const scaled =
    exponent === undefined ? scale(number, factors[suffix] ?? Number.NaN) : Number(`${digits}e${exponent}`);
  return Number.isFinite(scaled) ? scaled : undefined;
}

/** Divides by what is below one: 100 × 0.001 is not 0.1. */
function scale(number: number, factor: number): number {
  return factor < 1 ? number / Math.round(1 / factor) : number * factor;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
