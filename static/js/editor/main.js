// The bundle of pages with an editor. It hands its controllers to app.js, which
// has run before: module scripts run in the order of the page.
import policyBuilder from "./builder.js";
import momentField from "./moment-field.js";
import policyDiff from "./policy-diff.js";
import policyEditor from "./policy-editor.js";
import policyMerge from "./policy-merge.js";

document.dispatchEvent(
  new CustomEvent("postern:register", {
    detail: { "moment-field": momentField, "policy-builder": policyBuilder, "policy-diff": policyDiff, "policy-editor": policyEditor, "policy-merge": policyMerge },
  }),
);
