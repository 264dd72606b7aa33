module okapi/compat/suites

go 1.23

require github.com/stripe/stripe-go/v86 v86.1.0
