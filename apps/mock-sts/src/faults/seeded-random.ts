/**
 * Creates a generator of numbers from 0 to below 1 that depend only on the seed.
 *
 * It is a multiplicative congruential generator modulo 2^31 − 1 (Park and Miller, 1988): good
 * enough to choose requests, and the same everywhere.
 */
export function createRandom(seed: number): () => number {
  const modulus = 2_147_483_647;
  // A state of zero would stay zero.
  let state = (Math.abs(seed) % (modulus - 1)) + 1;
  const next = () => {
    state = (state * 48_271) % modulus;
    return (state - 1) / (modulus - 1);
  };
  // Small seeds begin with small numbers: skip them.
  for (let i = 0; i < 8; i++) next();
  return next;
}
