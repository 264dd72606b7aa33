module okapi/compat/go

go 1.23

require github.com/stripe/stripe-go/v80 v80.2.1
