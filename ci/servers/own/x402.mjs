// An Express application with the payment middleware of x402 version 1, as its documentation shows it, and in the same
// process a stub in the place of the facilitator: it takes one signature that no wallet has made, and nothing is spent.
import express from "../../node/x402/node_modules/express/index.js";
import { paymentMiddleware } from "../../node/x402/node_modules/x402-express/dist/esm/index.mjs";

// Weir's fixtures and ci/expected/x402-profile.yaml have the same.
const kStubSignature =
  "0x57656972207374756220666163696c697461746f723a206e6f7468696e67206973207370656e742e" + "0".repeat(50);
const kPayTo = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
const kTransaction = "0x" + "57ab".padStart(64, "0");

const app = express();
const server = app.listen(0);
const facilitator = {
  get url() {
    return `http://127.0.0.1:${server.address().port}/facilitator`;
  },
};

const settled = new Set();

/** Why a payment is not taken; undefined where it is. */
function invalidReason({ paymentPayload, paymentRequirements }) {
  const { signature, authorization } = paymentPayload.payload;
  if (signature !== kStubSignature) return "invalid_exact_evm_payload_signature";
  if (BigInt(authorization.value) < BigInt(paymentRequirements.maxAmountRequired)) {
    return "invalid_exact_evm_payload_authorization_value";
  }
  if (authorization.to.toLowerCase() !== paymentRequirements.payTo.toLowerCase()) {
    return "invalid_exact_evm_payload_recipient_mismatch";
  }
  if (Number(authorization.validBefore) <= Date.now() / 1000) {
    return "invalid_exact_evm_payload_authorization_valid_before";
  }
  return settled.has(authorization.nonce) ? "invalid_transaction_state" : undefined;
}

const stub = express.Router();
stub.use(express.json());
stub.get("/supported", (_, response) =>
  response.json({ kinds: [{ x402Version: 1, scheme: "exact", network: "base-sepolia" }] }),
);
stub.post("/verify", (request, response) => {
  const payer = request.body.paymentPayload.payload.authorization.from;
  const reason = invalidReason(request.body);
  response.json(reason ? { isValid: false, invalidReason: reason, payer } : { isValid: true, payer });
});
stub.post("/settle", (request, response) => {
  const { network, payload } = request.body.paymentPayload;
  const { from: payer, nonce } = payload.authorization;
  const success = !settled.has(nonce);
  settled.add(nonce);
  if (success) return response.json({ success, transaction: kTransaction, network, payer });
  response.json({ success, errorReason: "invalid_transaction_state", transaction: "", network, payer });
});

app.use("/facilitator", stub);
app.get("/health", (_, response) => response.json({ status: "ok", timestamp: new Date().toISOString() }));
app.use(
  paymentMiddleware(
    kPayTo,
    {
      "GET /weather": { price: "$0.001", network: "base-sepolia" },
      "GET /download": { price: "$0.01", network: "base-sepolia", config: { mimeType: "application/json" } },
    },
    facilitator,
  ),
);
app.get("/weather", (_, response) => response.json({ report: { weather: "sunny", temperature: 70 } }));
app.get("/download", (_, response) => response.json({ fileContent: "d2Vpcg==" }));
