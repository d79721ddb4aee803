// Calls to the API. Two ways to fail: `Unreachable` (try again) and `Refused` (the server said no, and why).
const TIMEOUT = 12000;
const OURS = "urn:lms-carbon:problem:";

export class Unreachable extends Error {}

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? String(status));
    this.status = status;
    this.problem = problem;
    this.code = (problem.code ?? problem.type ?? "").replace(OURS, "");
  }
}

export async function call(method, path, body, { keepalive = false, timeout = TIMEOUT } = {}) {
  const sentAt = Date.now();
  let response, data;
  try {
    response = await fetch(path, {
      method,
      headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      redirect: "error",
      keepalive,
      signal: AbortSignal.timeout(timeout),
    });
    data = await response.json();
  } catch (problem) {
    // Also what is no JSON: a hotel's log-in page or a proxy answers in our place, and must not count as our word.
    throw new Unreachable(problem.message);
  }
  Object.assign(data, { sentAt, receivedAt: Date.now() });
  if (response.ok) return data;
  if (response.status >= 500 || response.status === 429 || !String(data?.type ?? "").startsWith(OURS)) {
    throw new Unreachable(String(response.status));
  }
  throw new Refused(response.status, data);
}
